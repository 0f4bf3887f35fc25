//! Which statements may leave their block, or end the program, without a
//! keyword that says so: calls of macros and of functions.
//!
//! A statement that may leave is followed by a new unit, so that the lines
//! after it are not shown as run when it did not come back. Names decide, for
//! types are not known here. A name that is taken for one that leaves costs a
//! probe; one that is missed costs the truth of the lines after it. So macros
//! that are not known are taken to leave, and methods and functions only if
//! their name stands for nothing else.
//!
//! Macros and functions of the crate are looked up in [`Leaving`], which a
//! first pass over all files fills: a macro may be called in an earlier file
//! than it is defined in.

use crate::cfg::Cfg;
use crate::expansion::Meaning;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{HashMap, HashSet};
use syn::Expr;

/// What a crate defines that may leave.
#[derive(Default)]
pub(crate) struct Leaving {
    /// Functions and methods that return `!`.
    functions: HashSet<String>,
    /// Macros of the crate.
    macros: HashMap<String, Traits>,
}

/// What macros of one name may do.
#[derive(Clone, Copy, Default)]
struct Traits {
    leaves: bool,
    /// Whether they decide what of their arguments runs.
    chooses: bool,
}

/// Why a macro does what it may do.
#[derive(Default)]
struct Reasons {
    traits: Traits,
    /// Other macros that it calls.
    calls: HashSet<String>,
}

/// Functions of others that do not return.
const FUNCTIONS: [&str; 11] = [
    "abort",
    "begin_panic",
    "exec",
    "exit",
    "exit_group",
    "_exit",
    "handle_alloc_error",
    "panic_any",
    "panic_fmt",
    "resume_unwind",
    "unreachable_unchecked",
];

/// Methods that panic if their receiver is not what it should be.
const METHODS: [&str; 4] = ["expect", "expect_err", "unwrap", "unwrap_err"];

/// Macros of others that leave nothing but by what is in their arguments.
const HARMLESS: [&str; 71] = [
    "addr_of",
    "addr_of_mut",
    "anyhow",
    "btreemap",
    "btreeset",
    "bytes",
    "cfg",
    "cfg_if",
    "cfg_select",
    "column",
    "concat",
    "concat_bytes",
    "counter",
    "dbg",
    "debug",
    "debug_span",
    "defer",
    "defer_on_success",
    "defer_on_unwind",
    "env",
    "eprint",
    "eprintln",
    "error",
    "error_span",
    "event",
    "eyre",
    "file",
    "format",
    "format_args",
    "format_ident",
    "gauge",
    "hashmap",
    "hashset",
    "histogram",
    "include",
    "include_bytes",
    "include_str",
    "indexmap",
    "info",
    "info_span",
    "is_x86_feature_detected",
    "json",
    "lazy_static",
    "line",
    "log",
    "log_enabled",
    "matches",
    "module_path",
    "offset_of",
    "option_env",
    "parse_quote",
    "parse_quote_spanned",
    "paste",
    "pin",
    "print",
    "println",
    "quote",
    "quote_spanned",
    "smallvec",
    "span",
    "stream",
    "stringify",
    "thread_local",
    "trace",
    "trace_span",
    "try_stream",
    "vec",
    "warn",
    "warn_span",
    "write",
    "writeln",
];

impl Leaving {
    /// Whether it knows of anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.macros.is_empty()
    }

    /// Adds the functions of a file that return `!`.
    pub(crate) fn add_functions(&mut self, tokens: TokenStream) {
        let mut name = None;
        let mut before = [None, None, None];
        for token in tokens {
            let is_end = match &token {
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                TokenTree::Punct(mark) => mark.as_char() == ';',
                TokenTree::Ident(word) => word == "where",
                TokenTree::Literal(_) => false,
            };
            if is_end {
                let is_never =
                    before.each_ref().map(|token| mark_of(token.as_ref())) == [Some('-'), Some('>'), Some('!')];
                self.functions.extend(name.take().filter(|_| is_never));
            }
            match &token {
                TokenTree::Group(group) => self.add_functions(group.stream()),
                TokenTree::Ident(word) if is_word(before[2].as_ref(), "fn") => name = Some(plain(&word.to_string())),
                _ => {}
            }
            before = [before[1].take(), before[2].take(), Some(token)];
        }
    }

    /// Adds the macros of a crate: each with what its name stands for.
    pub(crate) fn add_macros<'m>(&mut self, macros: impl Iterator<Item = (&'m str, &'m Meaning)>, cfg: &Cfg) {
        let mut all: HashMap<&str, Reasons> = HashMap::new();
        for (name, meaning) in macros {
            let reasons = all.entry(name).or_default();
            match meaning {
                Meaning::Rules(tokens) => self.look(bodies(tokens.clone()), reasons),
                Meaning::Alias(other) => drop(reasons.calls.insert(other.clone())),
            }
        }
        // What calls something that leaves does so itself.
        loop {
            let with_calls = |reasons: &Reasons| {
                let mut traits = reasons.traits;
                for name in &reasons.calls {
                    let own = all.get(name.as_str()).map(|own| own.traits);
                    traits.leaves |= own.map_or_else(|| is_foreign_leaving(name, cfg), |own| own.leaves);
                    traits.chooses |= own.is_some_and(|own| own.chooses);
                }
                traits
            };
            let is_new = |reasons: &Reasons, traits: Traits| {
                traits.leaves != reasons.traits.leaves || traits.chooses != reasons.traits.chooses
            };
            let found = all.iter().map(|(name, reasons)| (*name, with_calls(reasons), reasons));
            let new: Vec<(&str, Traits)> = found
                .filter(|(_, traits, reasons)| is_new(reasons, *traits))
                .map(|(name, traits, _)| (name, traits))
                .collect();
            if new.is_empty() {
                break;
            }
            for (name, traits) in new {
                all.entry(name).or_default().traits = traits;
            }
        }
        self.macros = all.into_iter().map(|(name, reasons)| (name.to_owned(), reasons.traits)).collect();
    }

    fn look(&self, tokens: TokenStream, reasons: &mut Reasons) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let before = at.checked_sub(1).and_then(|before| tokens.get(before));
            let next = tokens.get(at + 1);
            match token {
                TokenTree::Group(group) => {
                    self.look(group.stream(), reasons);
                    if mark_of(before) == Some('$') {
                        at += repetition_len(tokens.get(at + 1..).unwrap_or_default());
                    }
                }
                TokenTree::Punct(mark) => {
                    reasons.traits.leaves |= mark.as_char() == '?';
                    reasons.traits.chooses |= mark.as_char() == '|';
                }
                TokenTree::Ident(word) if mark_of(next) == Some('!') && is_group(tokens.get(at + 2)) => {
                    // Nobody knows which macro a metavariable names.
                    reasons.traits.leaves |= mark_of(before) == Some('$');
                    reasons.calls.insert(plain(&word.to_string()));
                }
                TokenTree::Ident(word) => {
                    let word = word.to_string();
                    let is_call = is_group(next);
                    reasons.traits.chooses |= is_choosing(&word);
                    reasons.traits.leaves |= is_keyword(&word)
                        || word == "loop"
                        || is_call && mark_of(before) == Some('.') && self.has_method(&word)
                        || is_call && self.has_function(&word);
                }
                TokenTree::Literal(_) => {}
            }
            at += 1;
        }
    }

    /// Whether the crate has a macro of this name.
    pub(crate) fn is_own(&self, name: &str) -> bool {
        self.macros.contains_key(name)
    }

    /// Whether a macro of the crate may decide what of its arguments runs.
    pub(crate) fn is_choosing(&self, name: &str) -> bool {
        self.macros.get(name).is_some_and(|own| own.chooses)
    }

    /// Whether functions of this name do not return.
    pub(crate) fn has_function(&self, name: &str) -> bool {
        FUNCTIONS.contains(&name) || self.functions.contains(name)
    }

    /// Whether methods of this name may not return.
    pub(crate) fn has_method(&self, name: &str) -> bool {
        METHODS.contains(&name) || self.has_function(name)
    }

    /// Whether an expression is a call that may not return.
    pub(crate) fn has_call(&self, expr: &Expr) -> bool {
        match expr {
            Expr::MethodCall(call) => self.has_method(&plain(&call.method.to_string())),
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) => {
                    let name = path.path.segments.last().map(|last| plain(&last.ident.to_string()));
                    // `Option::unwrap(x)`, too.
                    name.is_some_and(|name| self.has_method(&name))
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a macro of this name may leave, whatever its arguments are.
    pub(crate) fn has_macro(&self, name: &str, cfg: &Cfg) -> bool {
        let name = plain(name);
        self.macros.get(&name).map_or_else(|| is_foreign_leaving(&name, cfg), |own| own.leaves)
    }
}

fn is_foreign_leaving(name: &str, cfg: &Cfg) -> bool {
    if name.starts_with("debug_assert") {
        // Without them its arguments do not even run.
        return cfg.has("debug_assertions");
    }
    !HARMLESS.contains(&name)
}

/// The bodies of a macro's rules, without the matchers.
fn bodies(tokens: TokenStream) -> TokenStream {
    let groups = tokens.into_iter().filter(|token| matches!(token, TokenTree::Group(_)));
    groups.enumerate().filter(|(number, _)| number % 2 == 1).map(|(_, body)| body).collect()
}

/// How many tokens after `$(...)` are its separator and operator.
fn repetition_len(rest: &[TokenTree]) -> usize {
    let is_operator = |token: &TokenTree| matches!(mark_of(Some(token)), Some('*' | '+' | '?'));
    rest.iter().take(3).position(is_operator).map_or(0, |at| at + 1)
}

fn mark_of(token: Option<&TokenTree>) -> Option<char> {
    match token {
        Some(TokenTree::Punct(mark)) => Some(mark.as_char()),
        _ => None,
    }
}

const fn is_group(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(_)))
}

fn is_word(token: Option<&TokenTree>, word: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if ident == word)
}

fn is_keyword(word: &str) -> bool {
    ["return", "break", "continue", "await", "yield"].contains(&word)
}

/// Whether what follows such a word may not run.
fn is_choosing(word: &str) -> bool {
    ["async", "else", "fn", "for", "if", "loop", "match", "while"].contains(&word)
}

fn plain(name: &str) -> String {
    name.strip_prefix("r#").unwrap_or(name).to_owned()
}

/// Whether tokens of a macro that is not known may leave the block: they have
/// `?`, `return` or the like.
pub(crate) fn leaves_by_tokens(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => leaves_by_tokens(group.stream()),
        TokenTree::Punct(mark) => mark.as_char() == '?',
        TokenTree::Ident(word) => is_keyword(&word.to_string()),
        TokenTree::Literal(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_macros(macros: &[(&str, &str)]) -> Leaving {
        let meanings: Vec<_> =
            macros.iter().map(|(name, rules)| (*name, Meaning::Rules(rules.parse().unwrap()))).collect();
        let mut leaving = Leaving::default();
        leaving.add_macros(meanings.iter().map(|(name, meaning)| (*name, meaning)), &Cfg::default());
        leaving
    }

    #[test]
    fn macros_leave_by_what_their_bodies_have() {
        for (body, expected) in [
            ("{ if $x { return } }", true),
            ("{ $x? }", true),
            ("{ $($x),* $(,)? }", false),
            ("{ $x != 1 && y != (2) }", false),
            ("{ $x.unwrap() }", true),
            ("{ unwrap($x) }", false),
            ("{ panic!(\"\") }", true),
            ("{ println!(\"\") }", false),
            ("{ $x!(1) }", true),
            ("{ unknown!() }", true),
            ("{ process::exit(1) }", true),
            ("{ exits + 1 }", false),
            ("{ debug_assert!(x) }", false),
        ] {
            let leaving = of_macros(&[("m", &format!("(return $x:expr $(,)?) => {body};"))]);
            assert_eq!(leaving.has_macro("m", &Cfg::default()), expected, "{body}");
        }
    }

    #[test]
    fn a_macro_leaves_if_one_that_it_calls_does() {
        let (cfg, macros) =
            (Cfg::default(), [("a", "() => { b!() }"), ("b", "() => { c![] }"), ("c", "() => { a!() }")]);
        assert!(!of_macros(&macros).has_macro("a", &cfg));
        let mut leaves = macros;
        leaves[2].1 = "() => { a!(); return }";
        assert!(of_macros(&leaves).has_macro("a", &cfg) && of_macros(&leaves).has_macro("b", &cfg));
    }

    #[test]
    fn a_macro_chooses_if_what_it_is_given_may_not_run() {
        let macros =
            [("a", "($x:expr) => { b!($x) }"), ("b", "($x:expr) => { if y { $x } }"), ("c", "($x:expr) => { [$x] }")];
        let leaving = of_macros(&macros);
        assert!(leaving.is_choosing("a") && leaving.is_choosing("b") && !leaving.is_choosing("c"));
        assert!(of_macros(&[("d", "($x:expr) => { f(|| $x) }")]).is_choosing("d"));
    }

    #[test]
    fn asserts_leave_if_they_are_compiled_in() {
        let (leaving, mut cfg) = (Leaving::default(), Cfg::default());
        assert!(leaving.has_macro("assert_eq", &cfg) && leaving.has_macro("r#try", &cfg));
        assert!(!leaving.has_macro("debug_assert_eq", &cfg) && !leaving.has_macro("format", &cfg));
        cfg.add("debug_assertions").unwrap();
        assert!(leaving.has_macro("debug_assert_eq", &cfg));
    }

    #[test]
    fn functions_that_return_never() {
        let mut leaving = Leaving::default();
        let text = "trait T { fn a(&self) -> !; fn b() -> u8 { 1 } } impl T { fn c<F: Fn() -> !>(f: F) where F: X {} }
            mod m { unsafe extern \"C\" { fn d(n: i32) -> !; } fn r#e() -> ! { loop {} } fn f<T>() -> ! where T: X { g() } }";
        leaving.add_functions(text.parse().unwrap());
        let mut names: Vec<_> = leaving.functions.iter().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["a", "d", "e", "f"]);
    }
}
