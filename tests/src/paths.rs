//! Where things are.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The root of the repository.
pub fn repo_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies below the root of the repository")
}

/// The build directory of the running profile, such as `target/debug`.
pub fn profile_dir() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        let exe = std::env::current_exe().expect("the path of the running test");
        let dir = exe.parent().expect("a file has a directory");
        // Test binaries lie one level below the programs.
        match dir.file_name() {
            Some(name) if name == "deps" || name == "examples" => dir.parent().unwrap_or(dir).to_owned(),
            _ => dir.to_owned(),
        }
    })
}

/// Cargo's target directory.
pub fn target_dir() -> &'static Path {
    profile_dir().parent().expect("the profile's directory lies in the target directory")
}

/// Directory of everything that the suites make and keep; it may be deleted at any time.
pub fn data_dir() -> PathBuf {
    make_dir(&target_dir().join("tests-data"))
}

/// The directory of fixture programs.
pub fn programs_dir() -> PathBuf {
    repo_root().join("tests/programs")
}

/// The directory of golden files.
pub fn golden_dir() -> PathBuf {
    repo_root().join("tests/golden")
}

/// Creates `dir` with its parents and gives it back.
pub fn make_dir(dir: &Path) -> PathBuf {
    std::fs::create_dir_all(dir).unwrap_or_else(|e| panic!("create {}: {e}", dir.display()));
    dir.to_owned()
}

/// The path as text; the suites use no other paths.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_else(|| panic!("{} is not UTF-8", path.display()))
}
