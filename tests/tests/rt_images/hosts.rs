//! One plugin, several hosts.

use crate::{Host, PLUGINS, plugins};
use livecov_tests::paths::text;
use livecov_tests::pods::{Pod, Pods, memory_dir};
use livecov_tests::rust::Mode;
use livecov_tests::tool::Tool;

/// How often the plugins' loop runs.
const COUNT: u64 = 5;

/// The counters of a plugin that was called once, in the mode.
fn assert_called_once(pod: &Pod, package: &str, mode: Mode) {
    let passes = if mode == Mode::Set { 1 } else { COUNT };
    assert_eq!(pod.counters(package, "plugin_run"), [1, passes], "{package}, {mode:?}");
    for (function, expected) in [("twice", passes), ("inlined", passes), ("idle", 0)] {
        assert_eq!(pod.counters("shared", function), [expected], "{package}, {mode:?}, {function}");
    }
}

/// One plugin is unloaded, the other one is there at the end; both write what they counted. They export the same
/// function and are of the same size, and do not get in each other's way.
#[test]
fn plugins_write_their_own_data_in_any_host() {
    for mode in Mode::COUNTING {
        let [first, second] = plugins(mode);
        let mut metas = Vec::new();
        for host in Host::ALL {
            let dir = memory_dir();
            host.run(dir.path(), &["use", &first, &second, &COUNT.to_string()]).quiet();
            let pods = Pods::of(dir.path());
            for package in PLUGINS {
                assert_called_once(pods.with_package(package), package, mode);
            }
            // A pod of its own, if it has probes.
            assert_eq!(pods.0.len(), 2 + usize::from(host == Host::Instrumented), "{host:?}");
            let meta = PLUGINS.map(|package| {
                let found = pods.0.iter().find(|(_, pod)| pod.has_package(package));
                found.map(|(tag, pod)| (tag.clone(), pod.meta.clone()))
            });
            metas.push(meta);
        }
        assert!(metas.iter().all(|meta| *meta == metas[0]), "the plugins' meta files depend on the host");
    }
}

/// What a host writes includes what its plugins counted, though all go without a farewell.
#[test]
fn a_dump_includes_plugins() {
    for host in [Host::Instrumented, Host::Plain] {
        let [first, second] = plugins(Mode::Atomic);
        let (dir, elsewhere) = (memory_dir(), memory_dir());
        let args = ["dump", text(dir.path()), &COUNT.to_string(), &first, &second];
        host.run(elsewhere.path(), &args).quiet();
        let pods = Pods::of(dir.path());
        for package in PLUGINS {
            assert_called_once(pods.with_package(package), package, Mode::Atomic);
        }
        assert_eq!(pods.file_count(), 2 + usize::from(host == Host::Instrumented));
        assert_eq!(Pods::of(elsewhere.path()).file_count(), 0, "it ended by _exit");
    }
}

/// The same plugin under two names is two libraries; their data add up.
#[test]
fn copies_of_a_plugin_add_up() {
    let [first, _] = plugins(Mode::Atomic);
    let (dir, elsewhere) = (memory_dir(), memory_dir());
    let copy = elsewhere.path().join("copy.so");
    std::fs::copy(&first, &copy).expect("a copy of the plugin");
    Host::Bare.run(dir.path(), &["use", &first, text(&copy), &COUNT.to_string()]).quiet();
    let pods = Pods::of(dir.path());
    assert_eq!(pods.file_count(), 2);
    assert_eq!(pods.with_package("plugin-a").counters("plugin-a", "plugin_run"), [2, 2 * COUNT]);
}

/// A plugin in a name space of the loader's other than the program's emits itself.
#[test]
fn a_plugin_apart_writes_its_data() {
    let [first, _] = plugins(Mode::Atomic);
    let dir = memory_dir();
    Host::Bare.run(dir.path(), &["apart", &first, &COUNT.to_string()]).quiet();
    assert_called_once(Pods::of(dir.path()).with_package("plugin-a"), "plugin-a", Mode::Atomic);
}

/// The tools make one report of all pods; code that several libraries have a copy of is one package there.
#[test]
fn both_tools_read_the_pods_of_a_process() {
    let [first, second] = plugins(Mode::Set);
    let dir = memory_dir();
    Host::Bare.run(dir.path(), &["use", &first, &second, "1"]).quiet();
    let [ours, go] = [Tool::Ours, Tool::Go].map(|tool| {
        let said = tool.run(&["pkglist", "-i", text(dir.path())]).quiet().stdout_text();
        let mut lines: Vec<_> = said.lines().map(str::to_owned).collect();
        lines.sort();
        lines.dedup();
        lines
    });
    assert_eq!(ours, ["plugin-a", "plugin-b", "shared"]);
    assert_eq!(go, ours);
}
