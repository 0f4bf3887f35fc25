//! A file system that stands still: `LIVECOV_DUMP_THREAD=1` keeps it from stopping the service.

use super::service::{Service, kill, ran, wait_until};
use livecov_tests::child;
use livecov_tests::compare::scratch;
use livecov_tests::files::counter_files;
use livecov_tests::paths::text;
use std::path::PathBuf;
use tempfile::TempDir;

/// A file system of its own, in a file.
struct Volume {
    root: TempDir,
    mounted: PathBuf,
}

fn works(program: &str, args: &[&str]) -> bool {
    child::command(program).args(args).output().is_ok_and(|output| output.status.success())
}

impl Volume {
    /// `None` where nobody may mount one.
    fn new() -> Option<Volume> {
        let root = scratch();
        let (image, mounted) = (root.path().join("image"), root.path().join("mounted"));
        std::fs::create_dir(&mounted).unwrap();
        std::fs::File::create(&image).unwrap().set_len(16 << 20).unwrap();
        let is_there =
            works("mkfs.ext4", &["-q", text(&image)]) && works("mount", &["-o", "loop", text(&image), text(&mounted)]);
        is_there.then_some(Volume { root, mounted })
    }

    fn freeze(&self) {
        assert!(works("fsfreeze", &["-f", text(&self.mounted)]));
    }

    fn thaw(&self) -> bool {
        works("fsfreeze", &["-u", text(&self.mounted)])
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        self.thaw();
        works("umount", &["-l", text(&self.mounted)]);
        let _ = self.root.path();
    }
}

#[test]
fn a_frozen_file_system_does_not_stop_a_service_with_a_writer() {
    let Some(volume) = Volume::new() else {
        eprintln!("left out: no right to mount a file system");
        return;
    };
    let data = volume.mounted.join("data");
    let variables = [("LIVECOV_DIR", text(&data)), ("LIVECOV_DUMP_SIGNAL", "USR2"), ("LIVECOV_DUMP_THREAD", "1")];
    let mut service = Service::start(&variables);
    service.tell("step");
    volume.freeze();
    kill("USR2", service.id());
    // It answers while the dump waits.
    service.tell("step");
    assert_eq!(counter_files(&data).len(), 0);
    assert!(volume.thaw());
    wait_until("the dump is there", || counter_files(&data).len() == 1);
    assert_eq!(service.tell_last("return 0").status, 0);
    assert_eq!(ran(&data, "step"), 2);
}
