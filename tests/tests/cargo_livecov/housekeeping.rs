//! What is removed of what builds leave behind, and what is not.

use crate::project::Project;
use livecov_tests::cargo_livecov::{CACHE, cache_dir};
use livecov_tests::command::capture;
use livecov_tests::paths::make_dir;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// What looks like a runtime that was used so many days ago.
fn runtime(cache: &Path, name: &str, days: u64) -> PathBuf {
    let folder = make_dir(&cache.join("runtime").join(name));
    fs::write(folder.join("lock"), "").expect("a file");
    used(&folder, days);
    folder
}

fn used(folder: &Path, days: u64) {
    let stamp = File::create(folder.join("used")).expect("a file");
    stamp.set_modified(SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60)).expect("a time");
}

fn builds(project: &Project) -> Vec<PathBuf> {
    let entries = fs::read_dir(project.root().join("target/livecov")).expect("a folder").flatten();
    entries.map(|entry| entry.path()).filter(|path| path.join("config.json").exists()).collect()
}

#[test]
fn a_build_removes_what_nobody_has_used_for_long() {
    let project = Project::copy("sample");
    let [old, new] = [("0000000000aa", 31), ("0000000000ab", 3)].map(|(name, days)| runtime(&cache_dir(), name, days));
    project.done(&["build"]);
    assert!(!old.exists() && new.exists());
    fs::remove_dir_all(&new).expect("it is there");
    // So with builds, but not with the one at hand.
    let [first] = &builds(&project)[..] else { panic!("one build") };
    used(first, 31);
    project.done(&["build"]);
    assert!(first.exists());
    used(first, 31);
    project.done(&["build", "--mode", "count"]);
    assert!(!first.exists() && builds(&project).len() == 1);
}

#[test]
fn cached_runtimes_on_request() {
    let project = Project::copy("sample");
    let cache = project.outside("cache");
    let [one, two] = [("0000000000aa", 0), ("0000000000ab", 0)].map(|(name, days)| runtime(&cache, name, days));
    let other = runtime(&cache, "not-a-runtime", 99);
    let held = File::open(two.join("used")).expect("a file");
    held.lock_shared().expect("a lock");
    // Without a project, too.
    let clean = || {
        let mut command = project.livecov(&["clean", "--cache"]);
        capture(command.env(CACHE, &cache).current_dir(project.outside("nothing")))
    };
    let outcome = clean().exits(1);
    assert!(
        outcome.stderr_text().contains("removed 1 runtimes from ") && outcome.stderr_text().contains("in use"),
        "{outcome:?}"
    );
    assert!(!one.exists() && two.exists() && other.exists());
    drop(held);
    clean().exits(0);
    assert!(!two.exists() && other.exists());
}

#[test]
fn builds_of_other_versions_on_request() {
    let project = Project::copy("sample");
    project.done(&["run"]);
    let [own] = &builds(&project)[..] else { panic!("one build") };
    let old = make_dir(&own.with_file_name("set-0000000000aa"));
    let config = fs::read_to_string(own.join("config.json")).expect("a configuration");
    fs::write(old.join("config.json"), config.replace("\"tool\": \"", "\"tool\": \"x")).expect("a file");
    let older = make_dir(&own.with_file_name("set-0000000000ab"));
    fs::write(older.join("config.json"), "{}").expect("a file");
    project.done(&["clean", "--old"]);
    assert!(own.exists() && !old.exists() && !older.exists());
    project.check(&[("run", Some(1))]);
}
