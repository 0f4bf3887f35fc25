//! Libraries that come and go while everything else goes on.

use crate::{Host, LIMIT, PLUGINS, plugins};
use livecov_tests::paths::text;
use livecov_tests::pods::{memory_dir, run_drained};
use livecov_tests::rust::{Mode, recorded};

/// How often each thread loads and unloads.
const ROUNDS: u64 = 170;

/// Six threads load and unload 1,020 times in all, four of them libraries of their own and two the same one, while one
/// thread writes all counters again and again and another sends signals that do so too. The sums come out exact.
#[test]
fn totals_are_exact_while_plugins_come_and_go() {
    let (dir, copies) = (memory_dir(), memory_dir());
    let plugins = plugins(Mode::Atomic);
    let copy = |from: &str, name: &str| {
        let copy = copies.path().join(name);
        std::fs::copy(from, &copy).expect("a copy of the plugin");
        text(&copy).to_owned()
    };
    let mut paths = Vec::new();
    for (plugin, name) in plugins.iter().zip(PLUGINS) {
        paths.extend([copy(plugin, &format!("{name}-1.so")), copy(plugin, &format!("{name}-2.so"))]);
    }
    paths.extend([plugins[0].clone(), plugins[0].clone()]);

    let mut command = recorded(&Host::Instrumented.path(), dir.path());
    command.args(["churn", &ROUNDS.to_string(), text(dir.path())]).args(&paths);
    let (outcome, pods) = run_drained(LIMIT, &mut command, dir.path());
    let said = outcome.quiet().stdout_text();
    println!("{} files: {said}", pods.file_count());

    let users = |name: &str| if name == "plugin-a" { 4 } else { 2 };
    let passes: u64 = (0..ROUNDS).map(|round| round % 7).sum();
    for package in PLUGINS {
        let pod = pods.with_package(package);
        let (calls, passes) = (users(package) * ROUNDS, users(package) * passes);
        assert_eq!(pod.counters(package, "plugin_run"), [calls, passes], "{package}: {said}");
        assert_eq!(pod.counters("shared", "twice"), [passes], "{package}: {said}");
        assert_eq!(pod.counters("shared", "inlined"), [passes], "{package}: {said}");
    }
    let own = pods.with_package("host/bin/host");
    assert_eq!(own.counters("host/bin/host", "use_plugin"), [6 * ROUNDS]);
    // Every write of all counters has a file of the host's, which was there all the time, and so has the end. Signals
    // that come while one is pending are one.
    let writes = said.lines().find_map(|line| line.strip_prefix("writes ")).expect("the number of writes");
    let (writes, signals) = writes.split_once(' ').expect("two numbers");
    let [writes, signals] = [writes, signals].map(|text| text.parse::<u64>().expect("a number"));
    let dumps = own.file_count as u64 - 1;
    assert!(writes > 0 && signals > 0 && (writes + 1..=writes + signals).contains(&dumps), "{dumps} dumps: {said}");
}
