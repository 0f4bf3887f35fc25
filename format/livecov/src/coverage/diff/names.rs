//! The names of files in diffs.

/// Ends of two names that say the same file: git's usual ones, and those of `diff.mnemonicPrefix`.
const PREFIXES: [[&str; 2]; 7] =
    [["a/", "b/"], ["i/", "w/"], ["c/", "i/"], ["c/", "w/"], ["o/", "w/"], ["w/", "i/"], ["1/", "2/"]];

/// What stands in the place of a file that is not there.
const NO_FILE: &str = "/dev/null";

/// The name on a `---` or `+++` line, behind the signs, as text; bytes that are none are replaced.
#[must_use]
pub fn name(bytes: &[u8]) -> String {
    let text = match bytes.strip_prefix(b"\"") {
        Some(quoted) => unquote(quoted),
        // A time may follow, and behind a name with blanks git writes a tab.
        None => bytes.split(|byte| *byte == b'\t').next().unwrap_or_default().to_vec(),
    };
    String::from_utf8_lossy(&text).trim_end_matches('\r').to_owned()
}

/// What stands up to the closing quotation mark, without the escapes of C.
fn unquote(quoted: &[u8]) -> Vec<u8> {
    let mut bytes = quoted.iter().copied();
    let mut text = Vec::with_capacity(quoted.len());
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => break,
            b'\\' => text.push(escaped(&mut bytes)),
            other => text.push(other),
        }
    }
    text
}

/// The byte that an escape stands for; the backslash has been read.
fn escaped(bytes: &mut impl Iterator<Item = u8>) -> u8 {
    match bytes.next().unwrap_or(b'\\') {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        first @ b'0'..=b'3' => {
            let rest = bytes.take(2).fold(0u8, |value, digit| value.wrapping_mul(8) + (digit & 7));
            (first - b'0').wrapping_mul(64).wrapping_add(rest)
        }
        other => other,
    }
}

/// Both names without the prefixes that tell them apart; none for a side without a file.
#[must_use]
pub fn without_prefixes(old: &str, new: &str) -> [Option<String>; 2] {
    let strip = |name: &str, prefix: &str| match name {
        NO_FILE => Some(None),
        name => name.strip_prefix(prefix).map(|name| Some(name.to_owned())),
    };
    let pairs = PREFIXES.iter().filter_map(|[a, b]| Some([strip(old, a)?, strip(new, b)?]));
    let whole = |name: &str| Some(name.to_owned()).filter(|name| name != NO_FILE);
    pairs.into_iter().next().unwrap_or_else(|| [whole(old), whole(new)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_git_writes_them() {
        for (line, expected) in [
            (&b"b/src/a.rs"[..], "b/src/a.rs"),
            (b"b/src/a b.rs\t", "b/src/a b.rs"),
            (b"src/a.rs\t2024-01-01 00:00:00", "src/a.rs"),
            (b"b/a.rs\r", "b/a.rs"),
            ("b/größe.rs".as_bytes(), "b/größe.rs"),
            (b"\"b/gr\\303\\266\\303\\237e.rs\"", "b/größe.rs"),
            (b"\"b/a\\tb\\\"c\\\\d\\n.rs\"", "b/a\tb\"c\\d\n.rs"),
            (b"\"b/\\377\"", "b/\u{fffd}"),
            (b"\"b/end\\", "b/end\\"),
            (b"", ""),
        ] {
            assert_eq!(name(line), expected);
        }
    }

    #[test]
    fn prefixes_go_where_both_names_have_them() {
        let some = |a: &str, b: &str| [Some(a.to_owned()), Some(b.to_owned())];
        assert_eq!(without_prefixes("a/x.rs", "b/y.rs"), some("x.rs", "y.rs"));
        assert_eq!(without_prefixes("c/x.rs", "w/x.rs"), some("x.rs", "x.rs"));
        assert_eq!(without_prefixes("b/x.rs", "b/x.rs"), some("b/x.rs", "b/x.rs"));
        assert_eq!(without_prefixes("src/x.rs", "src/x.rs"), some("src/x.rs", "src/x.rs"));
        assert_eq!(without_prefixes("/dev/null", "b/x.rs"), [None, Some("x.rs".to_owned())]);
        assert_eq!(without_prefixes("a/x.rs", "/dev/null"), [Some("x.rs".to_owned()), None]);
    }
}
