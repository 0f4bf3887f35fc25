//! Why bytes are not the file they should be.

use std::string::String;

/// A broken rule of the format, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at byte {offset}: {kind}")]
pub struct DecodeError {
    /// Offset in the file of the bytes that break the rule.
    pub offset: u64,
    /// The rule.
    pub kind: DecodeErrorKind,
}

impl DecodeError {
    #[cold]
    pub(crate) const fn new(offset: u64, kind: DecodeErrorKind) -> Self {
        Self { offset, kind }
    }
}

/// The rules that files can break. The first three tell apart what is not
/// ours, what is of another version, and (the rest) what is broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeErrorKind {
    /// The magic of a meta file is missing.
    #[error("not a meta file: it starts with {found:02x?}")]
    NotMeta {
        /// The first bytes.
        found: [u8; 4],
    },
    /// The magic of a counter file is missing.
    #[error("not a counter file: it starts with {found:02x?}")]
    NotCounters {
        /// The first bytes.
        found: [u8; 4],
    },
    /// A version that is newer than this reader.
    #[error("version {found} of the format, this reader knows up to {newest}")]
    Version {
        /// The file's version.
        found: u32,
        /// The newest that can be read.
        newest: u32,
    },
    /// The file ends inside of what should stand here.
    #[error("the file ends too early: {needed} bytes are needed, {left} are left")]
    UnexpectedEnd {
        /// Bytes that should follow.
        needed: u64,
        /// Bytes that follow.
        left: u64,
    },
    /// A ULEB128 number that does not fit its field.
    #[error("a number that does not fit {bits} bits")]
    NumberTooLarge {
        /// Width of the field.
        bits: u32,
    },
    /// A number that follows from others, and is not what follows.
    #[error("{what} is {found}, not {expected}")]
    Mismatch {
        /// The field.
        what: &'static str,
        /// What it says.
        found: u64,
        /// What it must say.
        expected: u64,
    },
    /// A number above a named limit.
    #[error("{what} is {found}, the limit is {limit}")]
    Limit {
        /// What is limited.
        what: &'static str,
        /// What the file says.
        found: u64,
        /// The largest number allowed.
        limit: u64,
    },
    /// A code that no version of the format gives a meaning.
    #[error("unknown {what} {code}")]
    UnknownCode {
        /// What the code stands for.
        what: &'static str,
        /// The code.
        code: u8,
    },
    /// An index behind the end of a string table.
    #[error("string {index} of a table with {count}")]
    StringIndex {
        /// The index, from zero.
        index: u64,
        /// Number of strings.
        count: u64,
    },
    /// The bytes of a package do not give the hash in its header.
    #[error("the package does not match its hash: the file is damaged")]
    PackageHash,
    /// The packages do not give the hash in the file's header.
    #[error("the packages do not match the file's hash: the file is damaged")]
    MetaHash,
    /// A segment does not give the checksum among its arguments.
    #[error("checksum {computed:08x} instead of {stored:08x}: the file is damaged")]
    Checksum {
        /// What the file says.
        stored: u32,
        /// What its bytes give.
        computed: u32,
    },
    /// A segment that should have a checksum, and has none.
    #[error("the checksum is missing: the file is damaged")]
    NoChecksum,
    /// An argument key that occurs twice.
    #[error("argument {0:?} occurs twice")]
    DuplicateArgument(String),
    /// The value of an argument is not of its form.
    #[error("argument {key:?} has the malformed value {value:?}")]
    MalformedArgument {
        /// The key.
        key: String,
        /// The value.
        value: String,
    },
    /// No footer where one must stand.
    #[error("no footer where the records of segment {segment} end")]
    NoFooter {
        /// The segment, from one.
        segment: u32,
    },
    /// No footer at the end of the file.
    #[error("no footer at the end: the file was cut short, or bytes were added")]
    NoLastFooter,
    /// A footer that announces no segment.
    #[error("a counter file without segments")]
    NoSegment,
    /// Bytes between the end of a part and the start of the next.
    #[error("{count} bytes too many")]
    TrailingBytes {
        /// Number of bytes.
        count: u64,
    },
    /// A record whose number of counters is not its function's number of units.
    #[error("function {function} of package {package} has {found} counters, but {expected} units")]
    CounterCount {
        /// Package number, from zero.
        package: u32,
        /// Function number, from zero.
        function: u32,
        /// Counters in the record.
        found: u64,
        /// Units of the function.
        expected: u64,
    },
    /// An extension that says something else than Go's part.
    #[error("the extension does not match the functions")]
    Extension,
}
