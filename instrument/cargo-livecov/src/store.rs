//! Where the data of runs are.
//!
//! Each run has a directory of its own. So runs at the same time do not mix,
//! neither those of one workspace nor those of several that share a target
//! directory, and what a run leaves replaces the data of an earlier one when
//! it is complete.
//!
//! ```text
//! target/livecov/data                 link: the data of the run that finished last
//! target/livecov/runs/WORKSPACE/last  link: the run of this workspace that finished last
//!     run-PID-TIME/data/              a run
//!     run-PID-TIME/used               locked while that run, or a report on it, lasts
//!     env/                            where `cargo livecov env` sends data
//!     lock                            held by whoever changes any of this
//! ```
//!
//! When a run finishes, all runs go that are neither the last one nor in use.

use crate::data;
use crate::error::Error;
use crate::files;
use crate::housekeeping::{self, InUse};
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Front of the names of runs.
const RUN: &str = "run-";
/// The link to the last one.
const LAST: &str = "last";
/// The data of a run, in its directory.
const DATA: &str = "data";

/// The data of all runs of a workspace.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    /// `target/livecov`.
    own: PathBuf,
    base: PathBuf,
    /// Where programs write that nobody here started.
    by_hand: PathBuf,
}

/// Data that a report is about.
#[derive(Debug)]
pub(crate) struct Latest {
    pub(crate) data: PathBuf,
    /// Whether the run that they are of was killed.
    pub(crate) is_unfinished: bool,
    /// They stay as long as somebody reads them.
    _in_use: Option<InUse>,
}

impl Store {
    /// The store of a workspace; `by_hand` is where the shell around us sends
    /// data, if it is one that `env` was called for.
    pub(crate) fn of(target_folder: &Path, workspace_root: &Path, by_hand: Option<PathBuf>) -> Self {
        let own = target_folder.join("livecov");
        let name = workspace_root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        let name: String = name.chars().filter(|letter| is_plain(*letter)).take(40).collect();
        let key = files::digest(&workspace_root.display().to_string());
        let base = own.join("runs").join(format!("{name}-{key}"));
        let by_hand = by_hand.unwrap_or_else(|| base.join("env"));
        Self { own, base, by_hand }
    }

    /// Where data go of what is called by hand.
    pub(crate) fn by_hand(&self) -> &Path {
        &self.by_hand
    }

    /// Where users find the data of the last run.
    pub(crate) fn public_data(&self) -> PathBuf {
        self.own.join(DATA)
    }

    /// Makes the directory of a new run.
    pub(crate) fn start(&self) -> Result<(PathBuf, PathBuf, Vec<InUse>), Error> {
        let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let folder = self.base.join(format!("{RUN}{}-{}", std::process::id(), time.as_nanos()));
        let in_use = vec![InUse::mark(&self.base), InUse::mark(&folder)];
        let data = folder.join(DATA);
        files::create_folder(&data)?;
        Ok((folder, data, in_use))
    }

    /// Keeps others from changing what is here, as long as the file lives.
    /// Without locks on this system, everybody has to be careful.
    pub(crate) fn lock(&self) -> Option<File> {
        let path = self.base.join("lock");
        let file = File::options().create(true).truncate(false).write(true).open(path).ok()?;
        flock(&file, FlockOperation::LockExclusive).ok()?;
        Some(file)
    }

    /// Makes a run the last one, and removes those before it. For who has the
    /// lock.
    pub(crate) fn set_last(&self, folder: &Path) -> Result<(), Error> {
        let name = folder.file_name().unwrap_or_default();
        replace_link(Path::new(name), &self.base.join(LAST))?;
        let public = self.public_data();
        if public.is_dir() && !public.is_symlink() {
            // Versions before this one had the data themselves there.
            files::remove_folder(&public)?;
        }
        let base = self.base.strip_prefix(&self.own).unwrap_or(&self.base);
        replace_link(&base.join(LAST).join(DATA), &public)?;
        let old: Vec<_> = self.runs().into_iter().filter(|run| run != folder).collect();
        // Those in use stay until the next run.
        housekeeping::sweep(&old, Duration::ZERO);
        Ok(())
    }

    /// The data that were written last: those of the last run, or of what was
    /// called by hand after it, or of a run after it that was killed.
    pub(crate) fn latest(&self) -> Option<Latest> {
        let _lock = self.base.is_dir().then(|| self.lock());
        self.latest_unlocked()
    }

    /// The same, for who has the lock.
    pub(crate) fn latest_unlocked(&self) -> Option<Latest> {
        let last = fs::read_link(self.base.join(LAST)).ok().map(|name| self.base.join(name));
        let last = last.filter(|folder| folder.is_dir());
        let finished = last.as_ref().and_then(|folder| {
            let time = self.base.join(LAST).symlink_metadata().ok()?.modified().ok()?;
            Some((time, folder.join(DATA), Some(folder.clone()), false))
        });
        let by_hand = data::newest(&self.by_hand).map(|time| (time, self.by_hand.clone(), None, false));
        let killed = self.runs().into_iter().filter(|run| Some(run) != last.as_ref() && !housekeeping::is_in_use(run));
        let killed = killed.filter_map(|run| Some((data::newest(&run.join(DATA))?, run.join(DATA), Some(run), true)));
        let all = killed.chain(by_hand).chain(finished);
        let (_, data, folder, is_unfinished) = all.max_by_key(|(time, ..)| *time)?;
        Some(Latest { data, is_unfinished, _in_use: folder.map(|folder| InUse::mark(&folder)) })
    }

    /// The data of runs that have some and are not at their end.
    pub(crate) fn live(&self) -> Vec<PathBuf> {
        let live = self.runs().into_iter().filter(|run| housekeeping::is_in_use(run)).map(|run| run.join(DATA));
        live.filter(|data| data::is_there(data)).collect()
    }

    /// Removes all data of this workspace; the runs that have to stay.
    pub(crate) fn clear(&self) -> Result<Vec<PathBuf>, Error> {
        let _lock = self.base.is_dir().then(|| self.lock());
        let (_, held) = housekeeping::sweep(&self.runs(), Duration::ZERO);
        files::remove_folder(&self.base.join("env"))?;
        data::remove_files(&self.by_hand)?;
        if held.is_empty() {
            files::remove_folder(&self.base)?;
            // Nothing else is in it, or others need it.
            let _ = fs::remove_dir(self.own.join("runs"));
        }
        // It may lead to another workspace's.
        let public = self.public_data();
        if !public.exists() || !public.is_symlink() {
            files::remove_folder(&public)?;
        }
        Ok(held)
    }

    fn runs(&self) -> Vec<PathBuf> {
        let is_run = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(RUN));
        files::entries(&self.base).unwrap_or_default().into_iter().filter(is_run).collect()
    }
}

/// Makes `link` lead to `to`, wherever it led before.
fn replace_link(to: &Path, link: &Path) -> Result<(), Error> {
    let temporary = link.with_extension(format!("{}.tmp", std::process::id()));
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::io("remove", &temporary, error));
        }
        _ => files::link(to, &temporary)?,
    }
    fs::rename(&temporary, link).map_err(|error| Error::io("write", link, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Run;
    use std::thread::sleep;

    fn store(place: &Path, workspace: &str) -> Store {
        Store::of(&place.join("target"), Path::new(workspace), None)
    }

    fn write(folder: &Path, name: &str) {
        sleep(Duration::from_millis(20));
        for prefix in ["covmeta", "covcounters"] {
            fs::write(folder.join(format!("{prefix}.{name}")), name).unwrap();
        }
    }

    /// Does a run that leaves these files; whether it counts as done.
    fn run(store: &Store, names: &[&str], keeps: bool) {
        let run = Run::start(store, None, keeps).unwrap();
        names.iter().for_each(|name| write(run.data(), name));
        sleep(Duration::from_millis(20));
        run.finish(&|_, _| ()).unwrap();
    }

    fn counters(folder: &Path) -> Vec<String> {
        let names = files::entries(folder).unwrap_or_default();
        let names = names.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
        names.filter_map(|name| name.strip_prefix("covcounters.").map(str::to_owned)).collect()
    }

    fn latest(store: &Store) -> Vec<String> {
        store.latest().map(|latest| counters(&latest.data)).unwrap_or_default()
    }

    #[test]
    fn each_workspace_has_its_last_run() {
        let place = tempfile::tempdir().unwrap();
        let [one, two] = ["/w/one", "/w/two"].map(|name| store(place.path(), name));
        assert!(one.latest().is_none() && one.live().is_empty());
        run(&one, &["a"], false);
        run(&two, &["b"], false);
        assert_eq!((latest(&one), latest(&two)), (vec!["a".to_owned()], vec!["b".to_owned()]));
        assert_eq!(counters(&one.public_data()), ["b"]);
        run(&one, &["c"], false);
        assert_eq!((latest(&one), one.runs().len()), (vec!["c".to_owned()], 1));
        run(&one, &["d"], true);
        assert_eq!((latest(&one), one.runs().len()), (vec!["c".to_owned(), "d".to_owned()], 1));
        run(&one, &[], false);
        assert_eq!(latest(&one), [""; 0]);
        assert!(one.clear().unwrap().is_empty());
        assert_eq!((latest(&one), latest(&two)), (vec![], vec!["b".to_owned()]));
    }

    #[test]
    fn runs_at_the_same_time_do_not_mix() {
        let place = tempfile::tempdir().unwrap();
        let store = store(place.path(), "/w/one");
        let slow = Run::start(&store, None, false).unwrap();
        write(slow.data(), "slow");
        run(&store, &["quick"], false);
        assert_eq!(latest(&store), ["quick"]);
        assert_eq!(store.live(), [slow.data()]);
        assert_eq!(store.clear().unwrap().len(), 1);
        assert!(slow.has_data());
        slow.finish(&|_, _| ()).unwrap();
        assert_eq!(latest(&store), ["slow"]);
        drop(slow);
        let failed = Run::start(&store, None, false).unwrap();
        failed.abandon();
        assert_eq!((latest(&store), store.runs().len()), (vec!["slow".to_owned()], 1));
    }

    #[test]
    fn data_of_what_was_killed_or_called_by_hand_are_found() {
        let place = tempfile::tempdir().unwrap();
        let store = store(place.path(), "/w/one");
        run(&store, &["first"], false);
        let killed = Run::start(&store, None, false).unwrap();
        write(killed.data(), "killed");
        drop(killed);
        assert!(store.latest().unwrap().is_unfinished);
        assert_eq!(latest(&store), ["killed"]);
        files::create_folder(store.by_hand()).unwrap();
        assert_eq!(latest(&store), ["killed"]);
        write(store.by_hand(), "hand");
        assert_eq!(latest(&store), ["hand"]);
        run(&store, &["more"], true);
        assert_eq!(latest(&store), ["hand", "more"]);
        assert_eq!(store.runs().len(), 1);
    }

    #[test]
    fn a_directory_that_the_user_names() {
        let place = tempfile::tempdir().unwrap();
        let store = store(place.path(), "/w/one");
        let named = place.path().join("named");
        let start = |keeps| Run::start(&store, Some(&named), keeps);
        let first = start(false).unwrap();
        fs::write(named.join("mine.txt"), "").unwrap();
        write(&named, "a");
        assert!(first.has_data() && start(false).is_err() && start(true).is_err());
        first.finish(&|_, _| ()).unwrap();
        drop(first);
        let failed = start(false).unwrap();
        assert!(!failed.has_data());
        failed.abandon();
        assert_eq!(counters(&named), ["a"]);
        let both = [start(true).unwrap(), start(true).unwrap()];
        write(&named, "b");
        both.iter().for_each(|run| run.finish(&|_, _| ()).unwrap());
        drop(both);
        assert_eq!(counters(&named), ["a", "b"]);
        let third = start(false).unwrap();
        write(&named, "c");
        third.finish(&|_, _| ()).unwrap();
        assert_eq!(counters(&named), ["c"]);
        data::remove_files(&named).unwrap();
        assert!(named.join("mine.txt").exists() && !named.join("covmeta.c").exists());
    }
}
