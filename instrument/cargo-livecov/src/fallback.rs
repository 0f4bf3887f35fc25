//! What to leave out when a crate does not compile with probes.

use livecov_format::model::{Omission, OmissionReason, Span};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files that are compiled as they are, and why.
pub(crate) type LeftOut = BTreeMap<PathBuf, Omission>;

/// Finds files in rustc's messages.
pub(crate) struct Complaints<'a> {
    /// Where rustc was called.
    pub(crate) here: &'a Path,
    /// The files of the crate.
    pub(crate) files: &'a [PathBuf],
    /// The name of a file in the data.
    pub(crate) display: &'a dyn Fn(&Path) -> String,
}

impl Complaints<'_> {
    /// The files that error messages are about.
    pub(crate) fn files(&self, messages: &[u8]) -> LeftOut {
        let mut files = LeftOut::new();
        for line in messages.split(|byte| *byte == b'\n') {
            let Ok(message) = serde_json::from_slice::<Value>(line) else { continue };
            if message["level"] != "error" {
                continue;
            }
            let text = message["message"].as_str().unwrap_or_default();
            let spans = message["spans"].as_array().into_iter().flatten();
            for span in spans.filter(|span| span["is_primary"] == true) {
                if let Some((path, line)) = self.place(span) {
                    files.entry(path.clone()).or_insert_with(|| self.omission(&path, line, text));
                }
            }
        }
        files
    }

    /// The place in the crate: what a macro of others' made stands where it was
    /// called.
    fn place(&self, span: &Value) -> Option<(PathBuf, u64)> {
        let path = crate::files::straight(&self.here.join(span["file_name"].as_str()?));
        if self.files.contains(&path) {
            return Some((path, span["line_start"].as_u64().unwrap_or_default()));
        }
        self.place(span.get("expansion")?.get("span")?)
    }

    fn omission(&self, path: &Path, line: u64, text: &str) -> Omission {
        Omission {
            path: (self.display)(path).into_bytes(),
            span: Span::default(),
            reason: OmissionReason::Rejected,
            detail: format!("line {line}: {text}").into_bytes(),
        }
    }
}

/// The first reason, in words.
pub(crate) fn reason(left_out: &LeftOut, messages: &[u8]) -> String {
    let detail = left_out.values().next().map(|omission| String::from_utf8_lossy(&omission.detail).into_owned());
    detail.or_else(|| first_error(messages)).unwrap_or_else(|| "the compiler failed without a word".to_owned())
}

fn first_error(messages: &[u8]) -> Option<String> {
    let mut messages =
        messages.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let error = messages.find(|message| message["level"] == "error")?;
    error["message"].as_str()?.lines().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(level: &str, spans: &str) -> String {
        format!("{{\"level\":\"{level}\",\"message\":\"bad\",\"spans\":[{spans}]}}\n")
    }

    #[test]
    fn errors_name_files_of_the_crate() {
        let own = r#"{"is_primary":true,"file_name":"src/../shared/a.rs","line_start":3}"#;
        let other = r#"{"is_primary":false,"file_name":"src/b.rs","line_start":4}"#;
        let foreign = r#"{"is_primary":true,"file_name":"/rt/macros.rs","line_start":9,"expansion":{"span":{"file_name":"src/b.rs","line_start":7}}}"#;
        let lost = r#"{"is_primary":true,"file_name":"/rt/macros.rs","line_start":9,"expansion":null}"#;
        let files = [PathBuf::from("/w/shared/a.rs"), PathBuf::from("/w/src/b.rs")];
        let display = |path: &Path| path.display().to_string();
        let complaints = Complaints { here: Path::new("/w"), files: &files, display: &display };
        let found = |text: &str| complaints.files(text.as_bytes()).into_keys().collect::<Vec<_>>();
        assert_eq!(found(&message("error", &format!("{own},{other}"))), [files[0].clone()]);
        assert_eq!(found(&message("error", foreign)), [files[1].clone()]);
        assert!(found(&message("error", lost)).is_empty());
        assert!(found(&message("warning", own)).is_empty());
        assert!(found("error: not JSON\n").is_empty());
        let left_out = complaints.files(message("error", foreign).as_bytes());
        assert_eq!(reason(&left_out, b""), "line 7: bad");
        assert_eq!(reason(&LeftOut::new(), message("error", lost).as_bytes()), "bad");
    }
}
