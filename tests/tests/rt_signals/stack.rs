//! Alternate stacks of 8 KiB, the size that the standard library gives its threads.

use crate::{PROFILES, run};
use livecov_tests::paths::text;
use livecov_tests::pods::{Pods, memory_dir, number};
use livecov_tests::rust::{Mode, library};

/// What a dump may use of it, beside the system's own frame.
const BUDGET: u64 = 1024;

/// System libraries that any program may load.
const LIBRARIES: [&str; 5] = ["libm.so.6", "libresolv.so.2", "libutil.so.1", "librt.so.1", "libanl.so.1"];

#[test]
fn a_dump_needs_little_of_a_small_stack() {
    for profile in PROFILES {
        let plugins = ["plugin-a", "plugin-b"].map(|plugin| library(plugin, Mode::Atomic, profile));
        let plugins = plugins.each_ref().map(|path| text(path));
        for libraries in [&[], [LIBRARIES.as_slice(), &plugins].concat().as_slice()] {
            let dir = memory_dir();
            let said = run(profile, dir.path(), &[&["stack"], libraries].concat()).quiet().stdout_text();
            let frame = number(&said, "frame");
            for what in ["first", "next", "passed", "closed"] {
                let used = number(&said, what);
                // A handler that never ran would use nothing.
                assert!(used > frame && used - frame <= BUDGET, "{profile:?}, {what}: {said}");
            }
            // Several at once: one after the other, and not on top of each other.
            assert!(number(&said, "crowd") - frame <= BUDGET, "{profile:?}: {said}");
            let own = Pods::of(dir.path()).with_package("storm/bin/storm").file_count;
            assert_eq!(own, 4 + 4 + 1, "{profile:?}: each signal, and the end");
            println!("{profile:?}, {} libraries: {}", libraries.len(), said.replace('\n', ", "));
        }
    }
}
