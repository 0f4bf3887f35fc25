//! What meta data say, free of how files spell it.

use crate::hash::Hasher;
use alloc::vec::Vec;

/// A run of source with one counter.
///
/// Lines and columns count from one, columns in bytes; the end is exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit {
    /// Line of the first byte.
    pub start_line: u32,
    /// Column of the first byte.
    pub start_col: u32,
    /// Line of the first byte behind.
    pub end_line: u32,
    /// Column of the first byte behind.
    pub end_col: u32,
    /// Number of statements.
    pub statement_count: u32,
}

impl Unit {
    /// The five numbers in the order of the file and of the hash.
    #[must_use]
    pub const fn numbers(&self) -> [u32; 5] {
        [self.start_line, self.start_col, self.end_line, self.end_col, self.statement_count]
    }

    /// The unit that [`Unit::numbers`] describes.
    #[must_use]
    pub const fn from_numbers(numbers: [u32; 5]) -> Self {
        let [start_line, start_col, end_line, end_col, statement_count] = numbers;
        Self { start_line, start_col, end_line, end_col, statement_count }
    }
}

/// A function with its units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionDesc<'a> {
    /// Name, such as `net::Server::serve`.
    pub name: &'a [u8],
    /// Source file.
    pub file: &'a [u8],
    /// The units, in the order of their counters.
    pub units: &'a [Unit],
    /// Whether this is a function literal outside of functions.
    pub is_literal: bool,
}

impl FunctionDesc<'_> {
    /// Takes the function into a package hash (Go's `hashFuncDesc`).
    pub fn hash_into(&self, hasher: &mut Hasher) {
        hasher.update(self.name);
        hasher.update(self.file);
        for unit in self.units {
            hasher.update_u32s(unit.numbers());
        }
        hasher.update_u32s([u32::from(self.is_literal)]);
    }
}

/// A stretch of source, as [`Unit`] counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Line of the first byte.
    pub start_line: u32,
    /// Column of the first byte.
    pub start_col: u32,
    /// Line of the first byte behind.
    pub end_line: u32,
    /// Column of the first byte behind.
    pub end_col: u32,
}

/// What Go's part of a package blob has no room for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extension {
    /// The source files.
    pub files: Vec<FileInfo>,
    /// The functions, in the order of Go's part; empty, or one for each.
    pub functions: Vec<FunctionInfo>,
    /// What has no units, and why.
    pub omissions: Vec<Omission>,
}

impl Extension {
    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.functions.is_empty() && self.omissions.is_empty()
    }
}

/// A source file as it was when it was compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileInfo {
    /// Path, as functions name it.
    pub path: Vec<u8>,
    /// MD5 of the content: a report can tell that the source has changed.
    pub content_hash: [u8; 16],
    /// Lines with code, as runs `[first, behind)`, ascending, not touching.
    pub code_lines: Vec<[u32; 2]>,
}

/// More about a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionInfo {
    /// Where the whole declaration stands.
    pub declaration: Span,
    /// Its units, in the order of Go's part.
    pub units: Vec<UnitInfo>,
}

/// More about a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitInfo {
    /// What kind of code it is.
    pub kind: UnitKind,
    /// Whether it lies inside its owner's text (Go's `Parent`): Go's part
    /// then says that it has no statements.
    pub is_intra_line: bool,
    /// The unit of the same function that decides whether this one runs.
    pub owner: Option<u32>,
    /// Number of the decision among its function's, from one; zero for none.
    /// Units of one decision exclude each other.
    pub decision: u32,
}

macro_rules! codes {
    ($(#[$meta:meta])* $type:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type {
            $($(#[$vmeta])* $variant,)+
            /// A kind that a later version wrote.
            Unknown(u32),
        }

        impl $type {
            /// The value that a file stores as `code`.
            #[must_use]
            pub const fn from_code(code: u32) -> Self {
                match code {
                    $($code => Self::$variant,)+
                    _ => Self::Unknown(code),
                }
            }

            /// The code that files store.
            #[must_use]
            pub const fn code(self) -> u32 {
                match self {
                    $(Self::$variant => $code,)+
                    Self::Unknown(code) => code,
                }
            }
        }
    };
}

codes! {
    /// What kind of code a unit is.
    #[derive(Default)]
    UnitKind {
        /// The first unit of a function.
        #[default]
        Body = 0;
        /// What follows a statement that may not fall through.
        Continuation = 1;
        /// The branch of an `if` whose condition holds.
        Then = 2;
        /// The branch of an `if` whose condition does not hold.
        Else = 3;
        /// A match arm.
        Arm = 4;
        /// The body of a loop.
        Loop = 5;
        /// The body of a closure.
        Closure = 6;
        /// An `async` block.
        Async = 7;
        /// The block of a `let ... else`.
        LetElse = 8;
        /// A block of its own: labelled, `unsafe`, or plain.
        Block = 9;
        /// The right operand of `&&` or `||`.
        Condition = 10;
    }
}

/// Source that was left without units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Omission {
    /// The file's path.
    pub path: Vec<u8>,
    /// Where; all zero for the whole file.
    pub span: Span,
    /// Why.
    pub reason: OmissionReason,
    /// The reason in words for people; may be empty.
    pub detail: Vec<u8>,
}

codes! {
    /// Why source was left without units.
    OmissionReason {
        /// Marked so by an attribute.
        Attribute = 0;
        /// Marked so by a comment.
        Comment = 1;
        /// Test code.
        Test = 2;
        /// Excluded by path or configuration.
        Configured = 3;
        /// The parser did not take it.
        Unparsed = 4;
        /// It did not compile when instrumented.
        Rejected = 5;
        /// A macro's body or arguments that cannot carry probes.
        Macro = 6;
        /// A constant context.
        Constant = 7;
    }
}
