//! What a call of a `macro_rules!` macro comes to.
//!
//! Tokens keep their spans: those of the call and those of the definition can
//! be told apart afterwards.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};
use std::collections::HashMap;
use syn::buffer::Cursor;
use syn::ext::IdentExt;
use syn::parse::discouraged::{AnyDelimiter, Speculative};
use syn::parse::{ParseStream, Parser};
use syn::{Block, Expr, Item, Lifetime, Lit, Meta, Pat, Path, Stmt, Type, Visibility};

/// One piece of a matcher.
enum Pattern {
    Token(TokenTree),
    Group(Delimiter, Vec<Self>),
    Fragment { name: String, kind: String },
    Repeat { inner: Vec<Self>, separator: Option<TokenTree>, is_optional: bool, is_needed: bool },
}

/// What a metavariable stands for.
#[derive(Clone)]
enum Binding {
    One(TokenStream),
    Many(Vec<Self>),
}

type Bindings = HashMap<String, Binding>;

/// The tokens that a call gives, by the first rule that takes its arguments;
/// none if none does, or if it needs what is not known here.
pub(crate) fn expand(definition: TokenStream, arguments: &TokenStream) -> Option<TokenStream> {
    let mut rest = definition.into_iter().peekable();
    while let Some(TokenTree::Group(matcher)) = rest.next() {
        let arrow = rest.by_ref().take(2).all(|token| matches!(token, TokenTree::Punct(_)));
        let Some(TokenTree::Group(body)) = rest.next().filter(|_| arrow) else { return None };
        rest.next_if(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';'));
        let patterns = patterns(matcher.stream())?;
        if let Some(bindings) = matched(&patterns, arguments.clone()) {
            let mut out = Vec::new();
            transcribe(body.stream(), &bindings, &mut out)?;
            return Some(out.into_iter().collect());
        }
    }
    None
}

fn patterns(tokens: TokenStream) -> Option<Vec<Pattern>> {
    let mut found = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        found.push(match token {
            TokenTree::Punct(mark) if mark.as_char() == '$' => match tokens.next()? {
                TokenTree::Group(group) => {
                    let (separator, operator) = repetition(&mut tokens)?;
                    Pattern::Repeat {
                        inner: patterns(group.stream())?,
                        separator,
                        is_optional: operator == '?',
                        is_needed: operator == '+',
                    }
                }
                TokenTree::Ident(word) if word == "crate" => Pattern::Token(TokenTree::Ident(word)),
                TokenTree::Ident(name) => {
                    tokens.next_if(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ':'))?;
                    let TokenTree::Ident(kind) = tokens.next()? else { return None };
                    Pattern::Fragment { name: name.to_string(), kind: kind.to_string() }
                }
                _ => return None,
            },
            TokenTree::Group(group) => Pattern::Group(group.delimiter(), patterns(group.stream())?),
            other => Pattern::Token(other),
        });
    }
    Some(found)
}

/// The separator and the operator behind `$( ... )`.
fn repetition(tokens: &mut impl Iterator<Item = TokenTree>) -> Option<(Option<TokenTree>, char)> {
    let operator = |token: &TokenTree| match token {
        TokenTree::Punct(mark) if matches!(mark.as_char(), '*' | '+' | '?') => Some(mark.as_char()),
        _ => None,
    };
    let mut first = tokens.next()?;
    if let Some(found) = operator(&first) {
        return Some((None, found));
    }
    // Of a separator of more than one mark the last is what repetitions are
    // told by.
    for _ in 0..3 {
        let next = tokens.next()?;
        if let Some(found) = operator(&next) {
            return Some((Some(first), found));
        }
        first = next;
    }
    None
}

fn matched(patterns: &[Pattern], arguments: TokenStream) -> Option<Bindings> {
    let parse = |input: ParseStream<'_>| {
        let mut bindings = Bindings::new();
        all(patterns, input, &mut bindings)?;
        Ok(bindings)
    };
    parse.parse2(arguments).ok()
}

fn all(patterns: &[Pattern], input: ParseStream<'_>, bindings: &mut Bindings) -> syn::Result<()> {
    patterns.iter().try_for_each(|pattern| one(pattern, input, bindings))
}

fn one(pattern: &Pattern, input: ParseStream<'_>, bindings: &mut Bindings) -> syn::Result<()> {
    match pattern {
        Pattern::Token(expected) => token(expected, input),
        Pattern::Group(delimiter, inner) => {
            let (found, _, content) = input.parse_any_delimiter()?;
            if found != *delimiter {
                return Err(input.error("another delimiter"));
            }
            all(inner, &content, bindings)?;
            if content.is_empty() { Ok(()) } else { Err(content.error("too much")) }
        }
        Pattern::Fragment { name, kind } => {
            let tokens = fragment(kind, input)?;
            bindings.insert(name.clone(), Binding::One(tokens));
            Ok(())
        }
        Pattern::Repeat { inner, separator, is_optional, is_needed } => {
            let mut rounds = Vec::new();
            while !(input.is_empty() || *is_optional && !rounds.is_empty()) {
                let ahead = input.fork();
                let mut round = Bindings::new();
                let is_next = rounds.is_empty() || separator.as_ref().is_none_or(|mark| token(mark, &ahead).is_ok());
                let before = ahead.cursor();
                if !is_next || all(inner, &ahead, &mut round).is_err() || ahead.cursor() == before {
                    break;
                }
                input.advance_to(&ahead);
                rounds.push(round);
            }
            if *is_needed && rounds.is_empty() {
                return Err(input.error("one at least"));
            }
            collect(inner, rounds, bindings);
            Ok(())
        }
    }
}

/// Makes lists of what the rounds of a repetition have bound.
fn collect(inner: &[Pattern], rounds: Vec<Bindings>, bindings: &mut Bindings) {
    let mut names = Vec::new();
    names_in(inner, &mut names);
    let mut lists: HashMap<&str, Vec<Binding>> = names.iter().map(|name| (*name, Vec::new())).collect();
    for round in rounds {
        for (name, binding) in round {
            if let Some(list) = lists.get_mut(name.as_str()) {
                list.push(binding);
            }
        }
    }
    bindings.extend(lists.into_iter().map(|(name, list)| (name.to_owned(), Binding::Many(list))));
}

fn names_in<'p>(patterns: &'p [Pattern], names: &mut Vec<&'p str>) {
    for pattern in patterns {
        match pattern {
            Pattern::Token(_) => {}
            Pattern::Group(_, inner) | Pattern::Repeat { inner, .. } => names_in(inner, names),
            Pattern::Fragment { name, .. } => names.push(name),
        }
    }
}

fn token(expected: &TokenTree, input: ParseStream<'_>) -> syn::Result<()> {
    let found: TokenTree = input.parse()?;
    let is_same = match (expected, &found) {
        (TokenTree::Ident(a), TokenTree::Ident(b)) => a == b,
        (TokenTree::Punct(a), TokenTree::Punct(b)) => a.as_char() == b.as_char(),
        (TokenTree::Literal(a), TokenTree::Literal(b)) => a.to_string() == b.to_string(),
        _ => false,
    };
    if is_same { Ok(()) } else { Err(input.error("another token")) }
}

/// The tokens that a metavariable of some kind takes.
fn fragment(kind: &str, input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let before = input.cursor();
    match kind {
        "tt" => return one_tree(input),
        "ident" => {
            let word = input.call(Ident::parse_any)?;
            if word == "_" {
                return Err(syn::Error::new(word.span(), "no name"));
            }
        }
        "block" => drop(input.parse::<Block>()?),
        "expr" | "expr_2021" => drop(input.parse::<Expr>()?),
        "item" => drop(input.parse::<Item>()?),
        "lifetime" => drop(input.parse::<Lifetime>()?),
        "literal" => {
            input.parse::<Option<syn::Token![-]>>()?;
            input.parse::<Lit>()?;
        }
        "meta" => meta(input)?,
        "pat" => drop(input.call(Pat::parse_multi_with_leading_vert)?),
        "pat_param" => drop(input.call(Pat::parse_single)?),
        "path" => drop(input.parse::<Path>()?),
        "stmt" => statement(input)?,
        "ty" => drop(input.parse::<Type>()?),
        "vis" => drop(input.parse::<Visibility>()?),
        _ => return Err(input.error("a kind that is not known")),
    }
    let tokens = between(before, input.cursor());
    if !kind.starts_with("expr") {
        return Ok(tokens);
    }
    // What stands beside it must not come into it.
    Ok(TokenTree::Group(Group::new(Delimiter::None, tokens)).into())
}

/// A statement without the `;` behind it, which is the matcher's.
fn statement(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(syn::Token![;]) {
        return input.parse::<syn::Token![;]>().map(drop);
    }
    if input.peek(syn::Token![let]) {
        let mut tokens = Vec::new();
        while !(input.is_empty() || input.peek(syn::Token![;])) {
            tokens.push(input.parse::<TokenTree>()?);
        }
        tokens.push(TokenTree::Punct(Punct::new(';', Spacing::Alone)));
        return syn::parse2::<Stmt>(tokens.into_iter().collect()).map(drop);
    }
    let ahead = input.fork();
    if matches!(ahead.parse(), Ok(item) if !matches!(item, Item::Macro(_) | Item::Verbatim(_))) {
        input.advance_to(&ahead);
        return Ok(());
    }
    input.parse::<Expr>().map(drop)
}

/// The content of an attribute.
fn meta(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(syn::Token![unsafe]) {
        input.parse::<TokenTree>()?;
        input.parse::<Group>()?;
        return Ok(());
    }
    input.parse::<Meta>().map(drop)
}

/// One token tree, in which a lifetime is one token.
fn one_tree(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    if input.peek(Lifetime) {
        let before = input.cursor();
        input.parse::<Lifetime>()?;
        return Ok(between(before, input.cursor()));
    }
    let mut out = Vec::new();
    loop {
        let tree: TokenTree = input.parse()?;
        // Marks of more than one character are one token, too.
        let mark = match &tree {
            TokenTree::Punct(mark) if mark.spacing() == Spacing::Joint => Some(mark.as_char()),
            _ => None,
        };
        out.push(tree);
        let [.., TokenTree::Punct(_)] = &out[..] else { break };
        let Some((TokenTree::Punct(next), _)) = mark.and_then(|_| input.cursor().token_tree()) else { break };
        if !is_one_mark(&out, next.as_char()) {
            break;
        }
    }
    Ok(out.into_iter().collect())
}

/// Whether the marks so far and the next are the start of one token.
fn is_one_mark(marks: &[TokenTree], next: char) -> bool {
    const MARKS: [&str; 25] = [
        "::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=", "%=", "^=", "&=", "|=", "<<",
        ">>", "<<=", ">>=", "..", "...", "..=", "<-",
    ];
    let mut text: String = marks.iter().map(ToString::to_string).collect();
    text.push(next);
    MARKS.contains(&text.as_str())
}

fn between<'c>(mut from: Cursor<'c>, to: Cursor<'c>) -> TokenStream {
    let mut tokens = Vec::new();
    while from != to {
        let Some((token, next)) = from.token_tree() else { break };
        tokens.push(token);
        from = next;
    }
    tokens.into_iter().collect()
}

/// The body, with what the metavariables stand for.
fn transcribe(tokens: TokenStream, bindings: &Bindings, out: &mut Vec<TokenTree>) -> Option<()> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(dollar) if dollar.as_char() == '$' => match tokens.next()? {
                TokenTree::Ident(name) if name == "crate" => out.push(TokenTree::Ident(name)),
                TokenTree::Ident(name) => match bindings.get(&name.to_string()) {
                    Some(Binding::One(tokens)) => out.extend(tokens.clone()),
                    Some(Binding::Many(_)) => return None,
                    // It belongs to a macro that the body defines.
                    None => out.extend([TokenTree::Punct(dollar), TokenTree::Ident(name)]),
                },
                TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                    let (separator, operator) = repetition(&mut tokens)?;
                    match rounds(&group.stream(), bindings) {
                        Some(rounds) => {
                            for (number, round) in rounds.iter().enumerate() {
                                out.extend(separator.clone().filter(|_| number > 0));
                                transcribe(group.stream(), round, out)?;
                            }
                        }
                        // The same, as a repetition.
                        None => {
                            let mut inner = Vec::new();
                            transcribe(group.stream(), bindings, &mut inner)?;
                            out.push(TokenTree::Punct(dollar));
                            out.push(regrouped(&group, inner));
                            out.extend(separator);
                            out.push(TokenTree::Punct(Punct::new(operator, Spacing::Alone)));
                        }
                    }
                }
                _ => return None,
            },
            TokenTree::Group(group) => {
                let mut inner = Vec::new();
                transcribe(group.stream(), bindings, &mut inner)?;
                out.push(regrouped(&group, inner));
            }
            other => out.push(other),
        }
    }
    Some(())
}

fn regrouped(group: &Group, inner: Vec<TokenTree>) -> TokenTree {
    let mut new = Group::new(group.delimiter(), inner.into_iter().collect());
    new.set_span(group.span());
    TokenTree::Group(new)
}

/// The bindings of each round of a repetition; none if nothing in it repeats.
fn rounds(tokens: &TokenStream, bindings: &Bindings) -> Option<Vec<Bindings>> {
    let mut names = Vec::new();
    used(tokens.clone(), &mut names);
    let lists = names.iter().filter_map(|name| match bindings.get(name) {
        Some(Binding::Many(list)) => Some((name, list)),
        _ => None,
    });
    let lists: Vec<_> = lists.collect();
    let count = lists.iter().map(|(_, list)| list.len()).max()?;
    let is_list = |name: &String| lists.iter().any(|(list, _)| *list == name);
    let round = |number: usize| {
        let others = names.iter().filter(|name| !is_list(name));
        let mut round: Bindings = others.filter_map(|name| Some((name.clone(), bindings.get(name)?.clone()))).collect();
        let of_lists = lists.iter().filter_map(|(name, list)| Some(((*name).clone(), list.get(number)?.clone())));
        round.extend(of_lists);
        round
    };
    Some((0..count).map(round).collect())
}

/// The names of metavariables.
fn used(tokens: TokenStream, names: &mut Vec<String>) {
    let mut is_variable = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(name) if is_variable => names.push(name.to_string()),
            TokenTree::Group(group) => used(group.stream(), names),
            _ => {}
        }
        is_variable = matches!(&token, TokenTree::Punct(mark) if mark.as_char() == '$');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(definition: &str, arguments: &str) -> Option<String> {
        expand(definition.parse().unwrap(), &arguments.parse().unwrap()).map(|tokens| tokens.to_string())
    }

    fn same(definition: &str, arguments: &str, expected: &str) {
        let expected: TokenStream = expected.parse().unwrap();
        let plain = |text: String| text.replace(' ', "");
        assert_eq!(expanded(definition, arguments).map(plain), Some(plain(expected.to_string())), "{definition}");
    }

    #[test]
    fn rules_give_what_the_compiler_makes_of_them() {
        same("($($t:tt)*) => { $($t)* }", "mod a; fn f() -> u8 { 1 << 2 }", "mod a; fn f() -> u8 { 1 << 2 }");
        same(
            "( #![$m:meta] $($i:item)* ) => { $( #[cfg($m)] $i )* };",
            "#![all(unix, feature = \"x\")] mod a; struct S;",
            "#[cfg(all(unix, feature = \"x\"))] mod a; #[cfg(all(unix, feature = \"x\"))] struct S;",
        );
        same("(a) => { A }; ($x:ident) => { $x }", "b", "b");
        same(
            "($($k:ident = $v:literal),* $(,)?) => { $(const $k: i8 = $v;)* }",
            "A = -1, B = 2,",
            "const A: i8 = -1; const B: i8 = 2;",
        );
        same(
            "($($n:ident { $($i:item)* })+) => { $(mod $n { $($i)* })+ }",
            "a { mod x; } b { }",
            "mod a { mod x; } mod b { }",
        );
        same("($($x:ident)? ; $e:expr) => { $($x)? }", "; 1 + 2", "");
        same(
            "($c:path => $o:tt $($r:tt)*) => { $c! { if $o } $($r)* }",
            "a::b => { x } _ => {}",
            "a::b! { if { x } } _ => {}",
        );
        same(
            "($(#[$m:meta])* $v:vis mod $n:ident;) => { $(#[$m])* $v mod $n; }",
            "#[a] pub(crate) mod r#b;",
            "#[a] pub(crate) mod r#b;",
        );
        same("() => { f($crate::g) }", "", "f(crate::g)");
        same("($($a:ident)* ; $($b:ident)*) => { $( $a $b, )* }", "x y ; p q", "x p, y q,");
        same(
            "($($l:lifetime)*, $t:ty, $p:pat) => { fn f<$($l),*>($p: $t) }",
            "'a 'b, &'a [T; 2], (x, _)",
            "fn f<'a, 'b>((x, _): &'a [T; 2])",
        );
        same("($x:expr_2021) => { $x }", "match y { _ => 1 }", "match y { _ => 1 }");
        same("($($s:stmt)*) => { $($s)*; }", "let a = b; c();", "let a = b; c();;");
        same(
            "($($s:stmt;)* $l:stmt) => { $l; $($s;)* }",
            "let a = b; c(); fn d() {}; m! { f }",
            "m! { f }; let a = b; c(); fn d() {};",
        );
    }

    #[test]
    fn a_macro_that_defines_a_macro() {
        let outer = "($d:tt $n:ident $c:meta) => { #[cfg($c)] macro_rules! $n { ($d($d i:item)*) => { $d($d i)* }; } }";
        same(outer, "$ when unix", "#[cfg(unix)] macro_rules! when { ($($i:item)*) => { $($i)* }; }");
        same(
            "($n:ident) => { macro_rules! $n { ($x:expr) => { $x }; } }",
            "m",
            "macro_rules! m { ($x:expr) => { $x }; }",
        );
    }

    #[test]
    fn what_no_rule_takes_is_not_known() {
        for (definition, arguments) in [
            ("(a) => {}", "b"),
            ("(a) => {}", "a a"),
            ("($($x:ident),+) => {}", ""),
            ("($x:ident) => {}", "_"),
            ("([$x:ident]) => {}", "(a)"),
            ("($x:unknown) => {}", "a"),
            ("garbage", "a"),
        ] {
            assert_eq!(expanded(definition, arguments), None, "{definition} {arguments}");
        }
    }
}
