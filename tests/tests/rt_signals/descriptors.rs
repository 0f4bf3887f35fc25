//! Programs that close what is not theirs.

use crate::{LIMIT, PROFILES};
use livecov_tests::command::capture_within;
use livecov_tests::files::list;
use livecov_tests::go::clean;
use livecov_tests::paths::text;
use livecov_tests::pods::{Pods, memory_dir, number};
use livecov_tests::rust::{Mode, program};

/// The descriptor of the directory is closed, and then stands for another directory: the data go where they should.
#[test]
fn a_closed_directory_is_found_again() {
    for profile in PROFILES {
        let (dir, decoy) = (memory_dir(), memory_dir());
        let storm = program("storm", Mode::Atomic, profile);
        let args = ["descriptors", text(dir.path()), text(decoy.path())];
        let said = capture_within(LIMIT, clean(&storm).args(args)).quiet().stdout_text();
        assert!(number(&said, "kept") >= 1, "{said}");
        let pods = Pods::of(dir.path());
        assert_eq!(pods.file_count(), 3, "two signals, and the end");
        assert!(list(decoy.path()).is_empty());
    }
}
