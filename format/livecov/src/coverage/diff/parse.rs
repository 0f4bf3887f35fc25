//! Unified diffs, of git and others.

use super::edits::{Edit, Edits};
use super::names::{name, without_prefixes};

/// What a diff says of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileChange {
    /// Its path before; none if it is new.
    pub old_path: Option<String>,
    /// Its path now; none if it went away.
    pub new_path: Option<String>,
    /// What changed in it.
    pub edits: Edits,
}

/// Reads a diff.
///
/// # Errors
///
/// A diff that is cut short or of another kind, in words for its user.
pub fn parse(diff: &[u8]) -> Result<Vec<FileChange>, String> {
    let mut parser = Parser { lines: diff.split(|byte| *byte == b'\n').collect(), next: 0, ..Parser::default() };
    while let Some(line) = parser.take() {
        parser.header(line)?;
    }
    parser.finish_file();
    if parser.changes.is_empty() && !diff.trim_ascii().is_empty() && !parser.has_headers {
        return Err("this is no unified diff: there are no lines that start with `---` and `+++`".into());
    }
    Ok(parser.changes)
}

#[derive(Default)]
struct Parser<'d> {
    lines: Vec<&'d [u8]>,
    next: usize,
    /// Whether a line was met that only diffs have.
    has_headers: bool,
    old_name: Option<String>,
    current: Option<FileChange>,
    edits: Vec<Edit>,
    changes: Vec<FileChange>,
}

impl<'d> Parser<'d> {
    fn take(&mut self) -> Option<&'d [u8]> {
        let line = self.lines.get(self.next).copied();
        self.next += 1;
        line
    }

    fn header(&mut self, line: &[u8]) -> Result<(), String> {
        if let Some(rest) = line.strip_prefix(b"@@ ") {
            return self.hunk(rest);
        }
        if line.starts_with(b"@@@ ") {
            return Err(self.complain("a combined diff of several parents: make one of two revisions"));
        }
        if line.starts_with(b"diff ") {
            self.finish_file();
            self.has_headers = true;
            self.current = Some(FileChange::default());
        } else if let Some(old) = line.strip_prefix(b"--- ") {
            self.old_name = Some(name(old));
        } else if let Some(new) = line.strip_prefix(b"+++ ") {
            self.meet_names(&name(new));
        } else if let Some(change) = &mut self.current {
            // These lines have no prefixes, and stand where a file was renamed and not changed.
            if let Some(old) = line.strip_prefix(b"rename from ") {
                change.old_path = Some(name(old));
            } else if let Some(new) = line.strip_prefix(b"rename to ") {
                change.new_path = Some(name(new));
            }
        }
        Ok(())
    }

    fn meet_names(&mut self, new: &str) {
        let Some(old) = self.old_name.take() else { return };
        self.has_headers = true;
        let is_open = self.current.as_ref().is_some_and(|_| self.edits.is_empty());
        if !is_open {
            self.finish_file();
        }
        let [old_path, new_path] = without_prefixes(&old, new);
        self.current = Some(FileChange { old_path, new_path, edits: Edits::default() });
    }

    fn finish_file(&mut self) {
        let edits = Edits::new(std::mem::take(&mut self.edits));
        if let Some(change) =
            self.current.take().filter(|change| change.old_path.is_some() || change.new_path.is_some())
        {
            self.changes.push(FileChange { edits, ..change });
        }
    }

    fn complain(&self, words: &str) -> String {
        format!("line {}: {words}", self.next)
    }

    fn hunk(&mut self, header: &[u8]) -> Result<(), String> {
        if self.current.is_none() {
            return Err(self.complain("a hunk without the names of its file before it"));
        }
        let ranges = ranges(header).ok_or_else(|| self.complain("the numbers of this hunk cannot be read"))?;
        let [[old_start, old_count], [new_start, new_count]] = ranges;
        // A range of no lines names the line before it.
        let first = |start: u32, count: u32| if count == 0 { start.saturating_add(1) } else { start };
        let mut hunk = Hunk {
            old_line: first(old_start, old_count),
            new_line: first(new_start, new_count),
            old_left: old_count,
            new_left: new_count,
            open: None,
        };
        while hunk.old_left > 0 || hunk.new_left > 0 {
            let line = self.take().filter(|_| self.next <= self.lines.len());
            let is_known = line.is_some_and(|line| hunk.line(line, &mut self.edits));
            if !is_known {
                return Err(self.complain("the hunk ends before all of its lines: the diff is cut short or damaged"));
            }
        }
        self.edits.extend(hunk.open);
        Ok(())
    }
}

/// The ranges `-a,b +c,d`; a count that is not there is one.
fn ranges(header: &[u8]) -> Option<[[u32; 2]; 2]> {
    let text = std::str::from_utf8(header.split(|byte| *byte == b'@').next()?).ok()?;
    let mut words = text.split_ascii_whitespace();
    let mut range = |sign| {
        let range: &str = words.next()?.strip_prefix(sign)?;
        let (start, count) = range.split_once(',').unwrap_or((range, "1"));
        Some([start.parse().ok()?, count.parse().ok()?])
    };
    Some([range('-')?, range('+')?])
}

/// Where in a hunk the parser is.
struct Hunk {
    old_line: u32,
    new_line: u32,
    old_left: u32,
    new_left: u32,
    /// The edit that the last lines belong to.
    open: Option<Edit>,
}

impl Hunk {
    /// Takes a line; false if it cannot be one of the hunk's.
    fn line(&mut self, line: &[u8], edits: &mut Vec<Edit>) -> bool {
        match line.first() {
            Some(b'-') if self.old_left > 0 => self.removed(),
            Some(b'+') if self.new_left > 0 => self.added(),
            // Some mailers and editors take away blanks at the end of lines.
            Some(b' ' | b'\r') | None if self.old_left > 0 && self.new_left > 0 => {
                edits.extend(self.open.take());
                self.old_left -= 1;
                self.new_left -= 1;
                self.old_line = self.old_line.saturating_add(1);
                self.new_line = self.new_line.saturating_add(1);
            }
            // It says that there is no newline at the end.
            Some(b'\\') => {}
            _ => return false,
        }
        true
    }

    fn edit(&mut self) -> &mut Edit {
        let (old_start, new_start) = (self.old_line, self.new_line);
        self.open.get_or_insert(Edit { old_start, new_start, ..Edit::default() })
    }

    fn removed(&mut self) {
        self.edit().old_count += 1;
        self.old_left -= 1;
        self.old_line = self.old_line.saturating_add(1);
    }

    fn added(&mut self) {
        self.edit().new_count += 1;
        self.new_left -= 1;
        self.new_line = self.new_line.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Old path, new path, and the old numbers of the lines 1 to 9.
    type Change = (Option<&'static str>, Option<&'static str>, [Option<u32>; 9]);

    #[track_caller]
    fn check(diff: &str, expected: &[Change]) {
        let changes = parse(diff.as_bytes()).unwrap();
        let found: Vec<_> = changes
            .iter()
            .map(|change| {
                let lines = std::array::from_fn(|place| change.edits.old_line(u32::try_from(place).unwrap() + 1));
                (change.old_path.as_deref(), change.new_path.as_deref(), lines)
            })
            .collect();
        assert_eq!(found, expected, "{diff}");
    }

    const SAME: [Option<u32>; 9] = [Some(1), Some(2), Some(3), Some(4), Some(5), Some(6), Some(7), Some(8), Some(9)];

    #[test]
    fn hunks_with_and_without_context_say_the_same() {
        let moved = [Some(1), None, None, Some(3), Some(4), Some(5), Some(7), Some(8), Some(9)];
        let bare = "diff --git a/x.rs b/x.rs\nindex 1..2 100644\n--- a/x.rs\n+++ b/x.rs\n\
            @@ -2 +2,2 @@ fn f() {\n-old\n+new\n+new\n@@ -6 +6,0 @@\n-gone\n";
        check(bare, &[(Some("x.rs"), Some("x.rs"), moved)]);
        let context = "--- a/x.rs\n+++ b/x.rs\n\
            @@ -1,8 +1,8 @@\n one\n-old\n+new\n+new\n three\n\n five\n-gone\n seven\n eight\n";
        check(context, &[(Some("x.rs"), Some("x.rs"), moved)]);
        check(&context.replace('\n', "\r\n"), &[(Some("x.rs"), Some("x.rs"), moved)]);
    }

    #[test]
    fn files_come_go_and_take_other_names() {
        check(
            "diff --git a/new.rs b/new.rs\nnew file mode 100644\n--- /dev/null\n+++ b/new.rs\n@@ -0,0 +1,2 @@\n+a\n+b\n\
             \\ No newline at end of file\n\
             diff --git a/gone.rs b/gone.rs\ndeleted file mode 100644\n--- a/gone.rs\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n\
             diff --git a/p q.rs b/r.rs\nsimilarity index 100%\nrename from p q.rs\nrename to r.rs\n\
             diff --git a/s.rs b/t.rs\nrename from s.rs\nrename to t.rs\n--- a/s.rs\n+++ b/t.rs\n@@ -3 +3 @@\n-a\n\
             \\ No newline at end of file\n+b\n\
             diff --git a/x.png b/x.png\nBinary files a/x.png and b/x.png differ\n\
             diff --git a/run b/run\nold mode 100644\nnew mode 100755\n",
            &[
                (None, Some("new.rs"), [None, None, Some(1), Some(2), Some(3), Some(4), Some(5), Some(6), Some(7)]),
                (Some("gone.rs"), None, SAME.map(|line| line.map(|line| line + 1))),
                (Some("p q.rs"), Some("r.rs"), SAME),
                (
                    Some("s.rs"),
                    Some("t.rs"),
                    [Some(1), Some(2), None, Some(4), Some(5), Some(6), Some(7), Some(8), Some(9)],
                ),
            ],
        );
    }

    #[test]
    fn lines_that_look_like_headers_are_content() {
        let diff =
            "--- a/x\n+++ b/x\n@@ -2,1 +2,2 @@\n--- a/y\n+++ b/y\n+@@ -1 +1 @@\n--- a/z\n+++ b/z\n@@ -1 +0,0 @@\n-a\n";
        let found: Vec<_> = parse(diff.as_bytes()).unwrap().into_iter().map(|change| change.new_path).collect();
        assert_eq!(found, [Some("x".to_owned()), Some("z".to_owned())]);
    }

    #[test]
    fn what_is_no_diff_is_refused() {
        for (diff, words) in [
            ("hello\n", "no unified diff"),
            ("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\n", "line 6: the hunk ends before"),
            ("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\n--- c\n", "line 6: the hunk ends before"),
            ("--- a/x\n+++ b/x\n@@ -1,99999999999 +1 @@\n", "line 3: the numbers"),
            ("--- a/x\n+++ b/x\n@@ nonsense @@\n", "line 3: the numbers"),
            ("@@ -1 +1 @@\n", "line 1: a hunk without"),
            ("diff --cc x\n--- a/x\n+++ b/x\n@@@ -1,2 -1,2 +1,2 @@@\n", "line 4: a combined diff"),
        ] {
            let message = parse(diff.as_bytes()).unwrap_err();
            assert!(message.contains(words), "{diff:?}: {message}");
        }
        assert_eq!(parse(b"\n"), Ok(Vec::new()));
    }

    #[test]
    fn any_start_of_a_diff_is_read_or_refused() {
        let diff = b"diff --git \"a/\\303\\266\" b/x\n--- \"a/\\303\\266\"\n+++ b/x\n@@ -1,2 +1,2 @@ f\n-a\n+b\n c\n";
        (0..=diff.len()).for_each(|len| drop(parse(diff.get(..len).unwrap())));
    }
}
