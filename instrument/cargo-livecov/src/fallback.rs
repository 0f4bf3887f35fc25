//! What to leave out when a crate does not compile with probes: first the
//! functions that the errors name, then their files.

use crate::error::Error;
use crate::protocol::Package;
use crate::shared_macros::Suspect;
use livecov_format::model::{Omission, OmissionReason, Span};
use livecov_instrument::{Complaint, Instrumented, Spot};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How often functions are left out before files are. Each time costs a
/// compile; the compiler checks types first and borrows later, so that once is
/// not enough.
const FUNCTION_ROUNDS: usize = 4;
/// How often files are left out before the crate goes plain.
const FILE_ROUNDS: usize = 2;

/// Files that are compiled as they are, and why.
pub(crate) type LeftOut = BTreeMap<PathBuf, Omission>;

/// What is left out so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fallback {
    pub(crate) files: LeftOut,
    /// What names functions, for each attempt.
    pub(crate) rounds: Vec<Vec<Complaint>>,
    /// How many of them stand for other crates.
    given_rounds: usize,
    file_rounds: usize,
}

impl Fallback {
    /// What is known from other crates.
    pub(crate) fn new(given: Vec<Complaint>) -> Self {
        let rounds = if given.is_empty() { Vec::new() } else { vec![given] };
        Self { given_rounds: rounds.len(), rounds, ..Self::default() }
    }

    /// The crate with less in it than `done` has, which the compiler refused
    /// with `messages`; none if they lead to nothing more.
    pub(crate) fn next(
        &mut self,
        complaints: &Complaints<'_>,
        messages: &[u8],
        done: &Instrumented,
        instrument: &mut dyn FnMut(&Self) -> Result<Instrumented, Error>,
    ) -> Result<Option<Instrumented>, Error> {
        if self.file_rounds == 0 && self.rounds.len() < FUNCTION_ROUNDS + self.given_rounds {
            self.rounds.push(complaints.functions(messages));
            let less = instrument(self)?;
            if less.rejected.len() > done.rejected.len() {
                return Ok(Some(less));
            }
            self.rounds.pop();
        }
        let known = self.files.len();
        complaints.files(messages).into_iter().for_each(|(path, omission)| {
            self.files.entry(path).or_insert(omission);
        });
        if self.files.len() == known || self.file_rounds == FILE_ROUNDS {
            return Ok(None);
        }
        self.file_rounds += 1;
        instrument(self).map(Some)
    }
}

/// Finds places in rustc's messages.
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
    fn files(&self, messages: &[u8]) -> LeftOut {
        let mut files = LeftOut::new();
        for message in errors(messages) {
            for span in spans(&message).filter(|span| span["is_primary"] == true) {
                if let Some((path, line)) = self.place(span) {
                    files.entry(path.clone()).or_insert_with(|| self.omission(&path, line, first_line(&message)));
                }
            }
        }
        files
    }

    pub(crate) fn has_named_files(&self, messages: &[u8]) -> bool {
        !self.files(messages).is_empty()
    }

    /// The places in functions that error messages are about.
    fn functions(&self, messages: &[u8]) -> Vec<Complaint> {
        let mut found = Vec::new();
        for message in errors(messages) {
            // What an error in a constant goes back to stands in notes.
            let children = message["children"].as_array().into_iter().flatten();
            let others = spans(&message).filter(|span| span["is_primary"] != true);
            let behind: Vec<Spot> = others.chain(children.flat_map(spans)).flat_map(|span| self.spots(span)).collect();
            let primary = spans(&message).filter(|span| span["is_primary"] == true);
            let mut ways: Vec<Vec<Spot>> = primary.map(|span| self.spots(span)).collect();
            if ways.is_empty() {
                ways.push(Vec::new());
            }
            found.extend(ways.into_iter().map(|mut spots| {
                spots.extend(behind.iter().cloned());
                Complaint { why: first_line(&message).to_owned(), spots }
            }));
        }
        found.retain(|complaint| !complaint.spots.is_empty());
        found
    }

    /// The place itself; for what a macro made, then the macro, then where it
    /// was called.
    fn spots(&self, span: &Value) -> Vec<Spot> {
        let mut spots = Vec::new();
        let mut next = Some(span);
        while let Some(span) = next {
            spots.extend(self.own(span).map(|path| Spot::At(path, line(span, "line_start"))));
            let definition = &span["expansion"]["def_site_span"];
            let whole = |path| Spot::Within(path, line(definition, "line_start"), line(definition, "line_end"));
            spots.extend(self.own(definition).map(whole));
            next = span["expansion"].get("span");
        }
        spots
    }

    /// The file of a span, if it is one of the crate's.
    fn own(&self, span: &Value) -> Option<PathBuf> {
        let path = self.path(span)?;
        self.files.contains(&path).then_some(path)
    }

    fn path(&self, span: &Value) -> Option<PathBuf> {
        Some(crate::files::straight(&self.here.join(span["file_name"].as_str()?)))
    }

    /// The place in the crate: what a macro of others' made stands where it was
    /// called.
    fn place(&self, span: &Value) -> Option<(PathBuf, u32)> {
        match self.own(span) {
            Some(path) => Some((path, line(span, "line_start"))),
            None => self.place(span.get("expansion")?.get("span")?),
        }
    }

    /// Places in macros of other crates, among `packages`, that made what an
    /// error is about.
    pub(crate) fn foreign(&self, messages: &[u8], packages: &[Package]) -> Vec<Suspect> {
        let mut found: Vec<Suspect> = Vec::new();
        for message in errors(messages) {
            let of_macros = spans(&message).filter(|span| span["is_primary"] == true && span["expansion"].is_object());
            for span in of_macros {
                let Some(path) = self.path(span).filter(|path| !self.files.contains(path)) else { continue };
                if packages.iter().any(|package| path.starts_with(&package.folder)) {
                    let suspect = Suspect::new(path, line(span, "line_start"), first_line(&message).to_owned());
                    found.extend((!found.contains(&suspect)).then_some(suspect));
                }
            }
        }
        found
    }

    fn omission(&self, path: &Path, line: u32, text: &str) -> Omission {
        Omission {
            path: (self.display)(path).into_bytes(),
            span: Span::default(),
            reason: OmissionReason::Rejected,
            detail: format!("line {line}: {text}").into_bytes(),
        }
    }

    /// The first reason, in words.
    pub(crate) fn reason(&self, messages: &[u8]) -> String {
        let files = self.files(messages);
        let detail = files.values().next().map(|omission| String::from_utf8_lossy(&omission.detail).into_owned());
        let first = || errors(messages).next().map(|message| first_line(&message).to_owned());
        detail.or_else(first).unwrap_or_else(|| "the compiler failed without a word".to_owned())
    }
}

/// Errors about names that there are not. Probes take none away, so where there
/// is any other error these follow from it: an attribute that refuses its item
/// takes it away for all that use it.
const MISSING_NAMES: [&str; 9] = ["E0404", "E0405", "E0412", "E0422", "E0423", "E0425", "E0432", "E0433", "E0599"];

fn errors(messages: &[u8]) -> impl Iterator<Item = Value> {
    let lines = messages.split(|byte| *byte == b'\n');
    let all: Vec<Value> = lines
        .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
        .filter(|message| message["level"] == "error")
        .collect();
    let has_cause = all.iter().any(|message| !follows(message) && spans(message).next().is_some());
    all.into_iter().filter(move |message| !(has_cause && follows(message)))
}

/// Whether an error may follow from another.
fn follows(message: &Value) -> bool {
    let is_missing_name = message["code"]["code"].as_str().is_some_and(|code| MISSING_NAMES.contains(&code));
    is_missing_name && !message["message"].as_str().is_some_and(|text| text.contains("__livecov"))
}

fn spans(message: &Value) -> impl Iterator<Item = &Value> {
    message["spans"].as_array().into_iter().flatten()
}

fn line(span: &Value, name: &str) -> u32 {
    span[name].as_u64().and_then(|line| u32::try_from(line).ok()).unwrap_or_default()
}

fn first_line(message: &Value) -> &str {
    message["message"].as_str().and_then(|text| text.lines().next()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use livecov_instrument::Rejected;
    use serde_json::json;

    fn message(level: &str, spans: &[Value]) -> String {
        format!("{}\n", json!({"level": level, "message": "bad\nvery", "spans": spans}))
    }

    fn span(file: &str, line: u32) -> Value {
        json!({"is_primary": true, "file_name": file, "line_start": line, "line_end": line + 1, "expansion": null})
    }

    /// What a macro made, from its definition and its call.
    fn expanded(place: Value, definition: Value, call: Value) -> Value {
        let mut span = place;
        span["expansion"] = json!({"def_site_span": definition, "span": call});
        span
    }

    fn with<T>(work: impl FnOnce(&Complaints<'_>) -> T) -> T {
        let files = [PathBuf::from("/w/shared/a.rs"), PathBuf::from("/w/src/b.rs")];
        let display = |path: &Path| path.display().to_string();
        work(&Complaints { here: Path::new("/w"), files: &files, display: &display })
    }

    fn at(path: &str, line: u32) -> Spot {
        Spot::At(PathBuf::from(path), line)
    }

    #[test]
    fn errors_name_files_of_the_crate() {
        let own = span("src/../shared/a.rs", 3);
        let mut other = span("src/b.rs", 4);
        other["is_primary"] = false.into();
        let foreign = expanded(span("/rt/macros.rs", 9), span("/rt/macros.rs", 8), span("src/b.rs", 7));
        let lost = span("/rt/macros.rs", 9);
        let found = |text: &str| with(|complaints| complaints.files(text.as_bytes()).into_keys().collect::<Vec<_>>());
        assert_eq!(found(&message("error", &[own.clone(), other])), [PathBuf::from("/w/shared/a.rs")]);
        assert_eq!(found(&message("error", std::slice::from_ref(&foreign))), [PathBuf::from("/w/src/b.rs")]);
        assert!(found(&message("error", std::slice::from_ref(&lost))).is_empty());
        assert!(found(&message("warning", &[own])).is_empty());
        assert!(found("error: not JSON\n").is_empty());
        let reason = |span: Value| with(|complaints| complaints.reason(message("error", &[span]).as_bytes()));
        assert_eq!(reason(foreign), "line 7: bad");
        assert_eq!(reason(lost), "bad");
        assert_eq!(with(|complaints| complaints.reason(b"")), "the compiler failed without a word");
    }

    #[test]
    fn errors_name_functions_through_macros_and_notes() {
        let found = |text: &str| with(|complaints| complaints.functions(text.as_bytes()));
        let of_macro = expanded(span("src/b.rs", 9), span("src/b.rs", 8), span("shared/a.rs", 7));
        let [complaint] = &found(&message("error", &[of_macro]))[..] else { panic!("one complaint") };
        let expected = [at("/w/src/b.rs", 9), Spot::Within("/w/src/b.rs".into(), 8, 9), at("/w/shared/a.rs", 7)];
        assert_eq!((complaint.why.as_str(), &complaint.spots[..]), ("bad", expected.as_slice()));
        let two = found(&message("error", &[span("src/b.rs", 1), span("src/b.rs", 5)]));
        assert_eq!(
            two.iter().map(|complaint| complaint.spots[0].clone()).collect::<Vec<_>>(),
            [at("/w/src/b.rs", 1), at("/w/src/b.rs", 5)]
        );
        let note = json!({"level": "note", "message": "inside `f`", "spans": [span("src/b.rs", 3)]});
        let constant = json!({"level": "error", "message": "bad", "spans": [span("src/b.rs", 20)], "children": [note]});
        assert_eq!(found(&constant.to_string())[0].spots, [at("/w/src/b.rs", 20), at("/w/src/b.rs", 3)]);
        assert!(found(&message("error", &[span("/rt/macros.rs", 9)])).is_empty());
    }

    #[test]
    fn what_follows_from_other_errors_names_nothing() {
        let of = |text: &str, code: &str, line: u32| {
            let code = json!({"code": code});
            format!("{}\n", json!({"level": "error", "message": text, "code": code, "spans": [span("src/b.rs", line)]}))
        };
        let lines = |text: String| {
            let found = with(|complaints| complaints.functions(text.as_bytes()));
            found.into_iter().map(|complaint| complaint.spots[0].clone()).collect::<Vec<_>>()
        };
        let (missing, other) = (of("cannot find `f`", "E0425", 3), of("mismatched types", "E0308", 4));
        assert_eq!(lines(format!("{missing}{other}")), [at("/w/src/b.rs", 4)]);
        assert_eq!(lines(missing), [at("/w/src/b.rs", 3)]);
        let ours = of("cannot find `__livecov` in the crate root", "E0433", 5);
        assert_eq!(lines(format!("{ours}{other}")), [at("/w/src/b.rs", 5), at("/w/src/b.rs", 4)]);
        let summary = json!({"level": "error", "message": "aborting", "spans": []});
        assert_eq!(lines(format!("{}{summary}\n", of("cannot find", "E0425", 3))), [at("/w/src/b.rs", 3)]);
    }

    #[test]
    fn macros_of_other_crates_are_known_as_such() {
        let foreign =
            message("error", &[expanded(span("m/src/lib.rs", 9), span("m/src/lib.rs", 8), span("src/b.rs", 7))]);
        let own = message("error", &[expanded(span("src/b.rs", 9), span("src/b.rs", 8), span("src/b.rs", 7))]);
        let package = |folder: &str| Package {
            name: "m".to_owned(),
            version: String::new(),
            folder: folder.into(),
            base: folder.into(),
            prefix: String::new(),
            counts_proc_macros: false,
            targets: Vec::new(),
        };
        let leads = |text: &str, folder: &str| {
            let found = with(|complaints| complaints.foreign(text.as_bytes(), &[package(folder)]));
            found.into_iter().map(|suspect| (suspect.path, suspect.line, suspect.why)).collect::<Vec<_>>()
        };
        assert_eq!(leads(&foreign, "/w/m"), [("/w/m/src/lib.rs".into(), 9, "bad".to_owned())]);
        assert!(leads(&foreign, "/w/n").is_empty() && leads(&own, "/w").is_empty());
    }

    /// Functions as long as there are more, then files, then no more.
    #[test]
    fn steps() {
        let text = message("error", &[span("src/b.rs", 3)]);
        let rejected = Rejected { path: "/w/src/b.rs".into(), line: 1, name: "f".to_owned(), why: "bad".to_owned() };
        let steps = |function_count: usize| {
            let mut fallback = Fallback::default();
            let mut done = Instrumented::default();
            let mut steps = Vec::new();
            let mut instrument = |less: &Fallback| {
                let count = if less.files.is_empty() { less.rounds.len().min(function_count) } else { 0 };
                Ok(Instrumented { rejected: vec![rejected.clone(); count], ..Instrumented::default() })
            };
            while let Some(less) =
                with(|complaints| fallback.next(complaints, text.as_bytes(), &done, &mut instrument)).unwrap()
            {
                steps.push((fallback.rounds.len(), fallback.files.len()));
                done = less;
            }
            steps
        };
        assert_eq!(steps(0), [(0, 1)]);
        assert_eq!(steps(1), [(1, 0), (1, 1)]);
        assert_eq!(steps(9), [(1, 0), (2, 0), (3, 0), (4, 0), (4, 1)]);
    }
}
