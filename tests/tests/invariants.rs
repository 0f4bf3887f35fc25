//! What `docs/ARCHITECTURE.md` says of the source, held against the source.

use livecov_tests::child::{LIMITS, UMASK, command};
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
const UNSAFE_FILES: [&str; 23] = [
    "rt/src/abi/records.rs",
    "rt/src/abi/symbols.rs",
    "rt/src/disposition.rs",
    "rt/src/fork.rs",
    "rt/src/handler.rs",
    "rt/src/held.rs",
    "rt/src/hosts/needed.rs",
    "rt/src/hosts/python.rs",
    "rt/src/hosts/unload.rs",
    "rt/src/image.rs",
    "rt/src/images.rs",
    "rt/src/keep.rs",
    "rt/src/leave.rs",
    "rt/src/macros.rs",
    "rt/src/scan.rs",
    "rt/src/scratch.rs",
    "rt/src/signal.rs",
    "rt/src/signal/library.rs",
    "rt/src/stack.rs",
    "rt/src/status.rs",
    "rt/src/sys.rs",
    "rt/src/target.rs",
    "rt/src/writer.rs",
];

#[test]
fn unsafe_code_of_the_runtime_is_where_it_is_said() {
    for (path, text) in sources("rt/src") {
        let is_listed = UNSAFE_FILES.iter().any(|file| path.ends_with(file));
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
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

/// The build script of the tool packs them from where cargo has the tool's own dependencies: a clean machine has no others.
#[test]
fn what_the_runtime_depends_on_the_tool_depends_on() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let packages = |package: &str| {
        let mut command = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(["tree", "--offline", "--prefix=none", "--edges=normal,build", "-p", package]).current_dir(&root);
        let output = command.output().expect("cargo starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let names = text.lines().map(|line| line.split(" (").next().unwrap_or(line).to_owned());
        names.collect::<std::collections::BTreeSet<_>>()
    };
    let (mut needed, given) = (packages("livecov-rt"), packages("cargo-livecov"));
    needed.remove("livecov-rt v0.1.0");
    assert!(needed.len() > 10 && needed.is_subset(&given), "{:?}", needed.difference(&given));
}

/// `cargo package` follows links; without the runtime's sources the packaged tool could build nothing.
#[test]
fn the_package_of_the_tool_has_the_runtime_s_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = command(cargo);
    command.args(["package", "--list", "--offline", "--allow-dirty", "-p", "cargo-livecov"]).current_dir(&root);
    let output = command.output().expect("cargo starts");
    let listed = String::from_utf8_lossy(&output.stdout);
    let listed: Vec<_> = listed.lines().map(|line| line.replace('\\', "/")).collect();
    let mut count = 0;
    for folder in ["rt/src", "format/src", "rt/exports/src", "rt/personality/src"] {
        for (path, _) in sources(folder) {
            let name = path.strip_prefix(&root).expect("below").display().to_string();
            let name = name.replace("rt/exports/", "exports/").replace("rt/personality/", "personality/");
            assert!(listed.contains(&format!("runtime/{name}")), "{name}");
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
    let manifests = ["rt", "format", "exports", "personality"].map(|name| format!("{name}/manifest.toml"));
    for name in manifests.iter().map(String::as_str).chain(["lock.toml", "exports/livecov.h"]) {
        assert!(listed.contains(&format!("runtime/{name}")), "{name}");
    }
}

/// Where a file of the suites may make a command: `child.rs`, which says in what state it starts.
#[test]
fn the_suites_start_children_in_one_place() {
    for (path, text) in sources("tests/src").into_iter().chain(sources("tests/tests")) {
        let is_place = path.ends_with("tests/src/child.rs");
        // In two halves, because this file is looked at too; what a test writes into a project has quotation marks.
        let call = ["Command::", "new("].concat();
        let calls = text.lines().filter(|line| line.contains(&call) && !line.contains("env!(\\\""));
        assert!(is_place || calls.count() == 0, "{} makes a command without child::command", path.display());
    }
}

const INNER: &str = "LIVECOV_TEST_INNER";

/// The suites under a shell that ignores signals and has a mask and limits of its own.
#[test]
fn children_start_clean_whatever_the_suites_were_started_with() {
    if std::env::var_os(INNER).is_some() {
        return show_the_state_of_a_child();
    }
    let exe = std::env::current_exe().expect("the path of the running test");
    let script = "trap '' HUP INT QUIT TERM USR1 USR2 ABRT FPE XFSZ CHLD; umask 077; ulimit -S -n 64; ulimit -S -f 100; \
                  ulimit -S -s 2048; ulimit -S -c unlimited 2>/dev/null; exec \"$0\" --exact --nocapture \"$1\"";
    let mut hostile = command("sh");
    hostile.args(["-c", script]).arg(exe).arg("children_start_clean_whatever_the_suites_were_started_with");
    let outcome = hostile.env(INNER, "1").output().expect("a shell");
    let text = String::from_utf8_lossy(&outcome.stdout);
    assert!(outcome.status.success(), "{text}{}", String::from_utf8_lossy(&outcome.stderr));
    let own: Vec<_> = text.lines().filter(|line| line.starts_with("own ")).collect();
    assert!(
        own.iter().any(|line| line.ends_with("fff") || !line.ends_with("0000000000000000")),
        "nothing was ignored: {text}"
    );
}

/// In the test binary that was started with all that: what a child of it has.
fn show_the_state_of_a_child() {
    let status = fs::read_to_string("/proc/self/status").expect("the state of this process");
    let ignored = status.lines().find(|line| line.starts_with("SigIgn:")).expect("a line");
    println!("own {ignored}");
    let script = "cat /proc/self/status; umask; cat /proc/self/limits";
    let output = command("sh").args(["-c", script]).output().expect("a shell");
    let text = String::from_utf8_lossy(&output.stdout);
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name}: {text}"));
        line.split_whitespace().next().expect("a value").to_owned()
    };
    for set in ["SigIgn:", "SigBlk:"] {
        assert_eq!(field(set), "0000000000000000", "{set} {text}");
    }
    assert!(text.lines().any(|line| line == format!("{UMASK:04o}")), "{text}");
    for (resource, wanted) in LIMITS {
        let name = match resource {
            libc::RLIMIT_CORE => "Max core file size",
            libc::RLIMIT_FSIZE => "Max file size",
            libc::RLIMIT_NOFILE => "Max open files",
            _ => "Max stack size",
        };
        let wanted = if wanted == libc::RLIM_INFINITY { "unlimited".to_owned() } else { wanted.to_string() };
        assert_eq!(field(name), wanted, "{text}");
    }
}
