//! Which contributions to the counters a report is about: `--program`, `--label`, `--pid`, `--written-since`.

use crate::error::Error;
use crate::input::list;
use crate::provenance::written_at;
use crate::session::Session;
use crate::time::{format_utc, parse_moment};
use clap::Args;
use globset::{Glob, GlobMatcher};
use livecov_format::decode;
use livecov_format::layout::ARG_LABEL;
use livecov_format::pods::FileName;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Flags that choose among runs.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Selection of data")]
pub struct SelectionOpts {
    /// Only data of programs of this name or path, which may be a glob such as `test_*`; may be repeated
    #[arg(long, value_name = "PROGRAM")]
    pub program: Vec<String>,
    /// Only data with this label, which may be a glob; may be repeated
    #[arg(long, value_name = "LABEL")]
    pub label: Vec<String>,
    /// Only data of the process of this number; may be repeated
    #[arg(long, value_name = "NUMBER")]
    pub pid: Vec<u64>,
    /// Only data written since this time (UTC, or how long ago): 2026-08-01T12:00:00, @SECONDS, 90s, 10m, 2h, 3d
    #[arg(long, value_name = "TIME")]
    pub written_since: Option<String>,
    /// Only what came after earlier data of the same processes: directories, counter files or tar archives, separated by
    /// commas; may be repeated
    #[arg(long, value_name = "EARLIER")]
    pub since: Vec<OsString>,
    /// No crates from registries and from git
    #[arg(long)]
    pub workspace_only: bool,
}

impl SelectionOpts {
    /// The earlier data.
    #[must_use]
    pub fn earlier(&self, session: &mut Session<'_>) -> Vec<PathBuf> {
        list::paths(session, self.since.iter().map(OsString::as_os_str))
    }
}

/// Which contributions are taken, and which of the wishes fitted any.
#[derive(Debug, Default)]
pub struct Selection {
    programs: Vec<Wish>,
    labels: Vec<Wish>,
    pids: Vec<(u64, AtomicBool)>,
    written_since: Option<u64>,
    taken_count: AtomicU64,
    /// Contributions that do not say when they were written.
    timeless_count: AtomicU64,
    /// What there is, for those whose wish fits nothing.
    met: Mutex<Met>,
}

/// A pattern that somebody hopes to fit something.
#[derive(Debug)]
struct Wish {
    text: String,
    glob: GlobMatcher,
    has_fitted: AtomicBool,
}

/// What contributions were met, taken or not.
#[derive(Debug, Default)]
struct Met {
    programs: BTreeSet<String>,
    labels: BTreeSet<String>,
    pids: BTreeSet<u64>,
    last_written: Option<u64>,
}

/// Names of what there is that a message has room for.
const NAMED: usize = 10;
/// Names that are kept to choose these from.
const KEPT: usize = 1000;

impl Selection {
    /// The selection that the options describe; none if they take everything.
    ///
    /// # Errors
    ///
    /// A pattern or a time that is none.
    pub fn new(opts: &SelectionOpts) -> Result<Option<Self>, Error> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let time = opts.written_since.as_deref().map(|text| parse_moment(text, now)).transpose();
        let selection = Self {
            programs: wishes("--program", &opts.program)?,
            labels: wishes("--label", &opts.label)?,
            pids: opts.pid.iter().map(|pid| (*pid, AtomicBool::default())).collect(),
            written_since: time.map_err(|words| Error::Usage(format!("--written-since: {words}")))?,
            ..Self::default()
        };
        let is_open = selection.programs.is_empty()
            && selection.labels.is_empty()
            && selection.pids.is_empty()
            && selection.written_since.is_none();
        Ok((!is_open).then_some(selection))
    }

    /// Whether a contribution of the counter file at `path` is taken. Every wish is held against it, so that one that fits
    /// nothing can be told from one that fits only what others refuse.
    pub fn takes(&self, args: &decode::Args<'_>, path: &Path) -> bool {
        let program = args.program().first().map(|path| String::from_utf8_lossy(path).into_owned());
        let label = args.get(ARG_LABEL).filter(|label| !label.is_empty());
        let label = label.map(|label| String::from_utf8_lossy(label).into_owned());
        let pid = pid_of(path);
        let written = written_at(args, path);
        let fits = [
            fits(&self.programs, program.as_deref().map(program_names).as_ref().map(AsRef::as_ref)),
            fits(&self.labels, label.as_ref().map(std::slice::from_ref)),
            self.fits_pid(pid),
            self.written_since.is_none_or(|since| written.is_some_and(|written| written >= since)),
        ];
        if self.written_since.is_some() && written.is_none() {
            self.timeless_count.fetch_add(1, Ordering::Relaxed);
        }
        let is_taken = fits.iter().all(|fits| *fits);
        self.taken_count.fetch_add(u64::from(is_taken), Ordering::Relaxed);
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        keep(&mut met.programs, program.and_then(|program| program_names(&program).into_iter().next_back()));
        keep(&mut met.labels, label);
        keep(&mut met.pids, pid);
        met.last_written = met.last_written.max(written);
        is_taken
    }

    fn fits_pid(&self, pid: Option<u64>) -> bool {
        let mut does_fit = self.pids.is_empty();
        for (_, has_fitted) in self.pids.iter().filter(|(wanted, _)| Some(*wanted) == pid) {
            has_fitted.store(true, Ordering::Relaxed);
            does_fit = true;
        }
        does_fit
    }

    /// Names the wishes that fitted nothing, with what there is.
    pub fn report(&self, session: &mut Session<'_>) {
        let met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        let mut has_said = false;
        let mut say = |session: &mut Session<'_>, message: String| {
            has_said = true;
            session.warn(&message);
        };
        for (flag, wishes, there) in
            [("--program", &self.programs, &met.programs), ("--label", &self.labels, &met.labels)]
        {
            for wish in wishes.iter().filter(|wish| !wish.has_fitted.load(Ordering::Relaxed)) {
                say(session, format!("{flag} {} fits no data: {}", wish.text, listed(flag, there)));
            }
        }
        for (pid, _) in self.pids.iter().filter(|(_, has_fitted)| !has_fitted.load(Ordering::Relaxed)) {
            let pids = met.pids.iter().filter(|pid| **pid > 0).map(u64::to_string).collect();
            say(session, format!("--pid {pid} fits no data: {}", listed("--pid", &pids)));
        }
        if let Some(since) = self.written_since.filter(|since| met.last_written.is_none_or(|last| last < *since)) {
            let last =
                met.last_written.map_or_else(String::new, |last| format!(": the last are of {}", format_utc(last)));
            say(session, format!("no data were written since {}{last}", format_utc(since)));
        }
        let timeless_count = self.timeless_count.load(Ordering::Relaxed);
        if timeless_count > 0 {
            say(
                session,
                format!(
                    "--written-since leaves out data of {timeless_count} runs that do not say when they were written"
                ),
            );
        }
        if !has_said && self.taken_count.load(Ordering::Relaxed) == 0 {
            session.warn("no data fit all of --program, --label, --pid and --written-since together");
        }
    }
}

fn wishes(flag: &str, patterns: &[String]) -> Result<Vec<Wish>, Error> {
    let wish = |text: &String| {
        let glob = Glob::new(text).map_err(|error| Error::Usage(format!("{flag} {text}: {error}")))?;
        Ok(Wish { text: text.clone(), glob: glob.compile_matcher(), has_fitted: AtomicBool::default() })
    };
    patterns.iter().map(wish).collect()
}

/// Whether one of the names fits one of the wishes, or there are none of these.
fn fits(wishes: &[Wish], names: Option<&[String]>) -> bool {
    let mut does_fit = wishes.is_empty();
    for wish in wishes {
        if names.into_iter().flatten().any(|name| *name == wish.text || wish.glob.is_match(name)) {
            wish.has_fitted.store(true, Ordering::Relaxed);
            does_fit = true;
        }
    }
    does_fit
}

/// A program's path, its file name, and that without what Cargo puts behind it.
fn program_names(path: &str) -> [String; 3] {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    [path, name, without_hash(name)].map(str::to_owned)
}

/// A program's name without what Cargo puts behind it.
#[must_use]
pub fn without_hash(name: &str) -> &str {
    let is_hash = |digits: &str| digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    name.rsplit_once('-').filter(|(name, hash)| !name.is_empty() && is_hash(hash)).map_or(name, |(name, _)| name)
}

/// The process that the name of a counter file states; zero where tools have written it.
#[must_use]
pub fn pid_of(path: &Path) -> Option<u64> {
    match FileName::parse(path.file_name()?.to_str()?)? {
        FileName::Counters { pid, .. } => pid,
        FileName::Meta { .. } => None,
    }
}

fn keep<T: Ord>(kept: &mut BTreeSet<T>, item: Option<T>) {
    if kept.len() < KEPT {
        kept.extend(item);
    }
}

/// What there is in the place of what a flag asks for.
fn listed(flag: &str, there: &BTreeSet<String>) -> String {
    let names: Vec<&str> = there.iter().take(NAMED).map(String::as_str).collect();
    let more = if there.len() > NAMED { ", ..." } else { "" };
    let kind = flag.trim_start_matches('-');
    if names.is_empty() { format!("they have no {kind}") } else { format!("there are {}{more}", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_known_by_path_and_name() {
        let fits_any = |pattern: &str| {
            fits(
                &wishes("--program", &[pattern.into()]).unwrap(),
                Some(&program_names("/t/deps/server-0123456789abcdef")),
            )
        };
        for pattern in
            ["server", "serv*", "server-0123456789abcdef", "/t/**", "/t/deps/server-0123456789abcdef", "*/deps/*"]
        {
            assert!(fits_any(pattern), "{pattern}");
        }
        assert!(!fits_any("serve") && !fits_any("deps"));
        assert!(wishes("--program", &["[".into()]).is_err());
        // Brackets are no pattern where the name has them.
        assert!(fits(&wishes("--label", &["a[1]".into()]).unwrap(), Some(&["a[1]".into()])));
    }

    #[test]
    fn an_open_selection_is_none() {
        assert!(Selection::new(&SelectionOpts::default()).unwrap().is_none());
        let opts = SelectionOpts { written_since: Some("soon".into()), ..SelectionOpts::default() };
        assert!(matches!(Selection::new(&opts), Err(Error::Usage(_))));
    }
}
