//! A host whose `fork` the runtime does not see, because it is not linked into it.

use crate::{Host, plugins};
use livecov_tests::pods::{Pods, memory_dir};
use livecov_tests::rust::Mode;

/// The first plugin counts `BEFORE` before the fork, `CHILD` and `PARENT` after it; the second only `BEFORE`.
const BEFORE: u64 = 10;
const CHILD: u64 = 3;
const PARENT: u64 = 5;

/// Child and parent have one instance, of which the larger counts are taken: as much as one of them knows, and never
/// more than there was.
#[test]
fn a_fork_that_is_not_seen_counts_nothing_twice() {
    for ends in ["stay", "unload"] {
        for mode in [Mode::Count, Mode::Atomic] {
            let [first, second] = plugins(mode);
            let dir = memory_dir();
            let counts = [BEFORE, CHILD, PARENT].map(|count| count.to_string());
            let mut args = vec!["fork", first.as_str(), second.as_str()];
            args.extend(counts.iter().map(String::as_str));
            args.push(ends);
            Host::Bare.run(dir.path(), &args).quiet();
            let pods = Pods::of(dir.path());
            let passes = |package: &str| pods.with_package(package).counters(package, "plugin_run")[1];
            assert_eq!(passes("plugin-a"), BEFORE + CHILD.max(PARENT), "{ends}, {mode:?}");
            assert_eq!(passes("plugin-b"), BEFORE, "{ends}, {mode:?}");
        }
    }
}
