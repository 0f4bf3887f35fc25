//! What cargo says of the units that a build consists of.

use serde_json::Value;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

/// Names of directories in that of a build which say nothing of the profile.
const INNER: [&str; 4] = ["deps", "examples", "build", "incremental"];

/// A unit, which was compiled now or earlier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Artifact {
    /// The root file.
    pub(crate) root: PathBuf,
    /// `lib`, `bin`, `cdylib` and so on.
    pub(crate) kinds: Vec<String>,
    /// Whether it has its tests in it.
    pub(crate) is_test: bool,
    pub(crate) features: Vec<String>,
    pub(crate) files: Vec<PathBuf>,
}

impl Artifact {
    /// Takes one from a line of JSON; none if the line is about something else.
    pub(crate) fn parse(line: &[u8]) -> Option<Self> {
        let message: Value = serde_json::from_slice(line).ok()?;
        let texts = |value: &Value| -> Vec<String> {
            value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        (message["reason"] == "compiler-artifact").then(|| Self {
            root: message["target"]["src_path"].as_str().unwrap_or_default().into(),
            kinds: texts(&message["target"]["kind"]),
            is_test: message["profile"]["test"] == true,
            features: sorted(texts(&message["features"])),
            files: texts(&message["filenames"]).into_iter().map(PathBuf::from).collect(),
        })
    }
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

/// The part of a path that stands for target and profile: `x86_64-unknown-linux-gnu/release`.
pub(crate) fn profile_of(path: &Path, out: &Path) -> Option<PathBuf> {
    let below = path.strip_prefix(out).ok()?;
    Some(below.components().take_while(|part| !INNER.iter().any(|name| part.as_os_str() == *name)).collect())
}

/// Reads what cargo writes to its standard output. Messages go on if they were
/// asked for; what is no message does in any case.
pub(crate) fn read(stdout: impl Read, shows: bool) -> Vec<Artifact> {
    let (mut artifacts, mut stdout, mut line) = (Vec::new(), BufReader::new(stdout), Vec::new());
    while stdout.read_until(b'\n', &mut line).is_ok_and(|len| len > 0) {
        artifacts.extend(Artifact::parse(&line));
        if shows || !line.starts_with(b"{\"reason\":") {
            // Who has stopped to read does not want to know.
            let _ = io::stdout().write_all(&line);
        }
        line.clear();
    }
    artifacts
}

/// Arguments without the form of messages, and that form.
pub(crate) fn split_format(args: &[OsString]) -> (Vec<OsString>, Vec<String>) {
    let (mut others, mut formats, mut args) = (Vec::new(), Vec::new(), args.iter());
    while let Some(arg) = args.next() {
        let text = arg.to_string_lossy();
        if text == "--" {
            others.push(arg.clone());
            others.extend(args.cloned());
            break;
        }
        if text == "--message-format" {
            formats.extend(args.next().map(|value| value.to_string_lossy().into_owned()));
        } else if let Some(value) = text.strip_prefix("--message-format=") {
            formats.push(value.to_owned());
        } else {
            others.push(arg.clone());
        }
    }
    (others, formats)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"reason":"compiler-artifact","target":{"kind":["lib","cdylib"],"src_path":"/p/src/lib.rs"},
        "profile":{"test":true},"features":["a","b"],"filenames":["/o/debug/libp.so","/o/debug/deps/libp-1.rmeta"]}"#;

    #[test]
    fn units_are_read() {
        let artifact = Artifact::parse(LINE.as_bytes()).unwrap();
        assert!(artifact.is_test && artifact.root == Path::new("/p/src/lib.rs"));
        assert_eq!((artifact.kinds.join(" "), artifact.features.join(" ")), ("lib cdylib".into(), "a b".into()));
        assert_eq!(artifact.files[0], Path::new("/o/debug/libp.so"));
        assert_eq!(Artifact::parse(b"{\"reason\":\"build-finished\"}"), None);
        assert_eq!(read(LINE.replace('\n', " ").as_bytes(), false).len(), 1);
    }

    #[test]
    fn targets_and_profiles() {
        let profile = |path: &str| profile_of(Path::new(path), Path::new("/o")).map(|path| path.display().to_string());
        assert_eq!(profile("/o/debug/deps").as_deref(), Some("debug"));
        assert_eq!(profile("/o/triple/fast/build/x-1").as_deref(), Some("triple/fast"));
        assert_eq!(profile("/elsewhere/debug"), None);
    }

    #[test]
    fn the_form_of_messages_is_taken_out() {
        let args = ["-q", "--message-format", "short", "--message-format=json", "--", "--message-format=x"];
        let (others, formats) = split_format(&args.map(OsString::from));
        assert_eq!(others, ["-q", "--", "--message-format=x"]);
        assert_eq!(formats, ["short", "json"]);
    }
}
