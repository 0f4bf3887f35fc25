//! What a program of 100,000 units does before `main`, in instructions, which valgrind counts exactly.

use livecov_tests::child;
use livecov_tests::command::{capture, must};
use livecov_tests::files;
use livecov_tests::go::clean;
use livecov_tests::paths::{make_dir, programs_dir, target_dir};
use livecov_tests::rust::{Mode, Profile, program};
use object::{Object, ObjectSection};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The plain program under `-C instrument-coverage`.
fn by_llvm() -> PathBuf {
    let target = make_dir(&target_dir().join("tests-rust/llvm"));
    let mut cargo = child::command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["rustc", "--quiet", "--locked", "--release", "--package", "startup", "--manifest-path"])
        .arg(programs_dir().join("rust/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .args(["--", "-Cinstrument-coverage"])
        .env("FIXTURE_MODE", Mode::Plain.name())
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    must(&mut cargo);
    target.join("release/startup")
}

/// Instructions by object, of a run that ends as `how` says. All programs lie at a path of the same length, or the
/// loader would have more to do for one.
fn instructions(exe: &Path, how: &str) -> BTreeMap<String, u64> {
    let place = tempfile::Builder::new().prefix("startup").rand_bytes(6).tempdir().expect("a directory");
    let copy = place.path().join("startup");
    std::fs::copy(exe, &copy).expect("a copy");
    let out = place.path().join("out");
    let mut command = clean(Path::new("valgrind"));
    command
        .args(["--tool=callgrind", "--quiet", &format!("--callgrind-out-file={}", out.display())])
        .arg(&copy)
        .arg(how)
        .env("LLVM_PROFILE_FILE", "/dev/null");
    assert!(
        child::command("valgrind").arg("--version").output().is_ok(),
        "valgrind is missing: run ci/setup, or install it"
    );
    must(&mut command);
    parse(&String::from_utf8_lossy(&files::read(&out)))
}

/// Sums up a profile of callgrind: a line of costs belongs to the last object named, but for the one behind a line of
/// calls, which has what the called function cost.
fn parse(profile: &str) -> BTreeMap<String, u64> {
    let (mut names, mut costs): (BTreeMap<&str, &str>, BTreeMap<String, u64>) = Default::default();
    let (mut object, mut is_call) = ("", false);
    for line in profile.lines() {
        if let Some(rest) = line.strip_prefix("ob=").or_else(|| line.strip_prefix("cob=")) {
            let (id, name) = rest.split_once(' ').unwrap_or((rest, ""));
            if !name.is_empty() {
                names.insert(id, name);
            }
            if line.starts_with("ob=") {
                object = names.get(id).copied().unwrap_or(id);
            }
        } else if line.starts_with("calls=") {
            is_call = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
            let cost: u64 = line.split(' ').nth(1).and_then(|cost| cost.parse().ok()).unwrap_or(0);
            if !std::mem::take(&mut is_call) {
                let name = Path::new(object).file_name().map_or(object.into(), |name| name.to_string_lossy());
                *costs.entry(name.into_owned()).or_default() += cost;
            }
        }
    }
    costs
}

fn is_loader(object: &str) -> bool {
    object.starts_with("ld-linux") || object.starts_with("ld.so") || object.starts_with("ld-")
}

/// Instructions of the loader, and of the program itself. The C library's are left out: the standard library has it read
/// the process's memory map before `main`, and how long that takes depends on where things lie.
fn split(costs: &BTreeMap<String, u64>) -> (u64, u64) {
    let sum = |wanted: &dyn Fn(&str) -> bool| costs.iter().filter(|(name, _)| wanted(name)).map(|(_, cost)| cost).sum();
    (sum(&is_loader), sum(&|name| name == "startup"))
}

fn section_len(exe: &Path, name: &str) -> u64 {
    let bytes = files::read(exe);
    let file = object::File::parse(&*bytes).expect("an executable");
    file.section_by_name(name).map_or(0, |section| section.size())
}

#[test]
fn nothing_of_ours_runs_before_main() {
    let plain = program("startup", Mode::Plain, Profile::Release);
    let expected = instructions(&plain, "_exit");
    let (plain_loader, plain_rest) = split(&expected);
    assert!(plain_loader > 10_000 && plain_rest > 100, "{expected:?}");
    println!("plain: loader {plain_loader}, program {plain_rest}, {} bytes", files::read(&plain).len());
    // The other modes differ in the width of counters only, and take minutes to compile.
    let all = std::env::var_os("LIVECOV_ALL_MODES").is_some();
    for mode in if all { &Mode::COUNTING[..] } else { &[Mode::Set] } {
        let exe = program("startup", *mode, Profile::Release);
        let costs = instructions(&exe, "_exit");
        let (loader, rest) = split(&costs);
        let (bytes, exit) = (files::read(&exe).len(), split(&instructions(&exe, "exit")));
        println!("{mode:?}: loader {loader}, program {rest}, {bytes} bytes; with exit {exit:?}");
        assert_eq!(rest, plain_rest, "{mode:?}: {costs:?} instead of {expected:?}");
        // A package descriptor has five pointers; the rest is for symbols and segments.
        assert!(loader < plain_loader + 5_000, "{mode:?}: the loader has {} more to do", loader - plain_loader);
        assert_eq!(section_len(&exe, ".init_array"), section_len(&plain, ".init_array"), "{mode:?}");
    }
    println!("plain with exit: {:?}", split(&instructions(&plain, "exit")));
}

/// The figure beside ours: LLVM's runtime does run before `main`, so that the test above can see such a thing.
#[test]
fn that_of_llvm_does() {
    let plain = program("startup", Mode::Plain, Profile::Release);
    let (plain_loader, plain_rest) = split(&instructions(&plain, "_exit"));
    let llvm = by_llvm();
    // Some versions of valgrind stop at the layout of that program; the figure is LLVM's, not ours.
    if capture(clean(Path::new("valgrind")).args(["--tool=none", "--quiet"]).arg(&llvm).arg("_exit"))
        .stderr_text()
        .contains("in_rx")
    {
        eprintln!("left out: valgrind cannot load the program of instrument-coverage");
        return;
    }
    let (loader, rest) = split(&instructions(&llvm, "_exit"));
    println!("instrument-coverage: loader {loader}, program {rest}, {} bytes", files::read(&llvm).len());
    println!("with exit: {:?}", split(&instructions(&llvm, "exit")));
    assert!(rest > plain_rest, "{rest} {plain_rest}");
    assert!(loader > plain_loader, "{loader} {plain_loader}");
}
