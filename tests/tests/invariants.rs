//! What `docs/ARCHITECTURE.md` says of the source, held against the source.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(dir: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut left = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(dir)];
    while let Some(dir) = left.pop() {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap_or_default();
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "{dir} has no sources");
    found
}

#[test]
fn format_does_no_io() {
    for (path, text) in sources("format/src") {
        for module in ["std::fs", "std::env", "std::net", "std::process", "std::thread", "std::os"] {
            assert!(!text.contains(module), "{} uses {module}", path.display());
        }
    }
}

#[test]
fn unsafe_code_is_where_it_is_said() {
    for (path, text) in sources("format/src") {
        let is_root = path.ends_with("format/src/lib.rs");
        assert!(!text.contains("unsafe {") && !text.contains("unsafe fn"), "{}", path.display());
        assert!(!is_root || text.contains("#![forbid(unsafe_code)]"), "{}", path.display());
    }
    let blocks: Vec<_> = sources("format/livecov/src")
        .into_iter()
        .flat_map(|(path, text)| text.matches("unsafe {").map(|_| path.clone()).collect::<Vec<_>>())
        .collect();
    assert_eq!(blocks.len(), 1, "{blocks:?}");
    assert!(blocks[0].ends_with("input.rs"));
}

/// The files of the runtime whose job it is to deal with memory, the system, and signals; the rest is safe code.
const UNSAFE_FILES: [&str; 13] = [
    "rt/src/abi/records.rs",
    "rt/src/abi/symbols.rs",
    "rt/src/disposition.rs",
    "rt/src/fork.rs",
    "rt/src/handler.rs",
    "rt/src/image.rs",
    "rt/src/images.rs",
    "rt/src/macros.rs",
    "rt/src/scan.rs",
    "rt/src/scratch.rs",
    "rt/src/signal.rs",
    "rt/src/stack.rs",
    "rt/src/sys.rs",
];

#[test]
fn unsafe_code_of_the_runtime_is_where_it_is_said() {
    for (path, text) in sources("rt/src") {
        let is_listed = UNSAFE_FILES.iter().any(|file| path.ends_with(file));
        let is_unsafe = text.contains("unsafe {") || text.contains("unsafe fn") || text.contains("unsafe impl");
        assert!(is_listed || !is_unsafe, "{} has unsafe code", path.display());
    }
}

/// What would allocate, lock or print, in the files that handlers run.
#[test]
fn the_runtime_allocates_in_its_api_only() {
    for (path, text) in sources("rt/src") {
        let is_api = ["api.rs", "baseline.rs", "lib.rs", "error.rs"].iter().any(|file| path.ends_with(file));
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for word in ["alloc::", "std::sync", "Mutex", "thread_local", "println!", "format!", "Vec<", "Box<", "String"] {
            assert!(is_api || !text.contains(word), "{} has {word}", path.display());
        }
    }
}

#[test]
fn files_keep_to_their_ceiling() {
    for dir in ["format/src", "format/livecov/src", "rt/src", "tests/src", "tests/tests"] {
        for (path, text) in sources(dir) {
            assert!(text.lines().count() <= 600, "{} has more than 600 lines", path.display());
        }
    }
}

#[test]
fn the_instrumenter_does_no_io() {
    for (path, text) in sources("instrument/src") {
        for module in ["std::fs", "std::env", "std::net", "std::process", "std::thread", "std::os"] {
            assert!(!text.contains(module), "{} uses {module}", path.display());
        }
        let is_root = path.ends_with("instrument/src/lib.rs");
        assert!(!is_root || text.contains("#![forbid(unsafe_code)]"), "{}", path.display());
    }
}

/// `cargo package` follows links; without the runtime's sources the packaged tool could build nothing.
#[test]
fn the_package_of_the_tool_has_the_runtime_s_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = std::process::Command::new(cargo);
    command.args(["package", "--list", "--offline", "--allow-dirty", "-p", "cargo-livecov"]).current_dir(&root);
    let output = command.output().expect("cargo starts");
    let listed = String::from_utf8_lossy(&output.stdout);
    let listed: Vec<_> = listed.lines().map(|line| line.replace('\\', "/")).collect();
    let mut count = 0;
    for folder in ["rt/src", "format/src"] {
        for (path, _) in sources(folder) {
            let name = path.strip_prefix(&root).expect("below").display().to_string();
            assert!(listed.contains(&format!("runtime/{name}")), "{name}");
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
    for name in ["runtime/lock.toml", "runtime/rt/manifest.toml", "runtime/format/manifest.toml"] {
        assert!(listed.iter().any(|line| line == name), "{name}");
    }
}
