//! Small questions about syntax.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Expr};

/// The attributes of an expression.
pub(crate) fn attributes_of(expr: &Expr) -> &[Attribute] {
    macro_rules! attributes {
        ($($kind:ident)+) => {
            match expr {
                $(Expr::$kind(inner) => &inner.attrs,)+
                _ => &[],
            }
        };
    }
    // The attributes of a binary expression at the start of a statement are
    // the parser's to place: it puts them on the whole.
    attributes!(Array Assign Async Await Binary Block Break Call Cast Closure Const Continue Field ForLoop Group If Index
        Infer Let Lit Loop Macro Match MethodCall Paren Path Range RawAddr Reference Repeat Return Struct Try TryBlock
        Tuple Unary Unsafe While Yield)
}

/// Whether this is, or is a chain with, a `let`.
pub(crate) fn has_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) => {
            has_let(&binary.left) || has_let(&binary.right)
        }
        _ => false,
    }
}

/// Whether an expression would be read as another one at the start of a
/// statement: it starts with a block, with which a statement ends, such as
/// `{ f }(x)`; or it is a call of a macro, which may give such a one.
pub(crate) fn needs_parens(expr: &Expr) -> bool {
    matches!(expr, Expr::Macro(_)) || starts_with_block(expr)
}

fn starts_with_block(expr: &Expr) -> bool {
    let left = match expr {
        Expr::Assign(inner) => &inner.left,
        Expr::Await(inner) => &inner.base,
        Expr::Binary(inner) => &inner.left,
        Expr::Call(inner) => &inner.func,
        Expr::Cast(inner) => &inner.expr,
        Expr::Field(inner) => &inner.base,
        Expr::Index(inner) => &inner.expr,
        Expr::MethodCall(inner) => &inner.receiver,
        Expr::Range(inner) => match &inner.start {
            Some(start) => start,
            None => return false,
        },
        Expr::Try(inner) => &inner.expr,
        _ => return false,
    };
    starts_with_block(left) || is_block_like(left) || is_stand_in(left)
}

/// Whether this stands for a metavariable, which may be a block.
fn is_stand_in(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(path)
        if path.path.get_ident().is_some_and(|name| name.to_string().starts_with(crate::definitions::STAND_IN)))
}

pub(crate) const fn is_block_like(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Async(_)
            | Expr::Block(_)
            | Expr::Const(_)
            | Expr::ForLoop(_)
            | Expr::If(_)
            | Expr::Loop(_)
            | Expr::Macro(_)
            | Expr::Match(_)
            | Expr::TryBlock(_)
            | Expr::Unsafe(_)
            | Expr::While(_)
    )
}

/// The last name of a macro's path.
pub(crate) fn macro_name(path: &syn::Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

/// Tokens as one would write them in a name: blanks only between words.
pub(crate) fn compact(tokens: TokenStream) -> String {
    let mut text = String::new();
    write(tokens, &mut text);
    text
}

fn write(tokens: TokenStream, text: &mut String) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    proc_macro2::Delimiter::Parenthesis => ("(", ")"),
                    proc_macro2::Delimiter::Brace => ("{", "}"),
                    proc_macro2::Delimiter::Bracket => ("[", "]"),
                    proc_macro2::Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
            }
            TokenTree::Punct(mark) => {
                text.push(mark.as_char());
                if matches!(mark.as_char(), ',' | '+') {
                    text.push(' ');
                }
            }
            other => {
                let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
                let word = other.to_string();
                let blank = text.ends_with(is_word) || text.ends_with('>') && !text.ends_with("->");
                if blank && word.starts_with(is_word) {
                    text.push(' ');
                }
                text.push_str(&word);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_written_short() {
        for (tokens, text) in [
            ("Vec < T >", "Vec<T>"),
            ("& 'a mut dyn Fn ( u8 ) -> u8", "&'a mut dyn Fn(u8)->u8"),
            ("[ T ; N ]", "[T;N]"),
            ("HashMap<K,V>", "HashMap<K, V>"),
            ("dyn A + B", "dyn A+ B"),
        ] {
            assert_eq!(compact(tokens.parse().unwrap()), text);
        }
    }
}
