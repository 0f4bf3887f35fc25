//! How the compiler is called: by way of other wrappers, with a line that is too long, for roots and targets of any name.

use crate::project::Project;
use livecov_tests::command::capture;
use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

const MANIFEST: &str = "[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
const MAIN: &str = "fn main() {\n    println!(\"{}\", p::f()); // run\n}\n";
const LIB: &str = "pub fn f() -> u8 {\n    1 // run\n}\n";

fn project() -> Project {
    Project::of(&[("Cargo.toml", MANIFEST), ("src/main.rs", MAIN), ("src/lib.rs", LIB)])
}

/// A wrapper of the user's, and where it notes that it was called.
fn wrapper(project: &Project) -> (String, PathBuf) {
    let folder = project.outside("wrapper");
    let (path, log) = (folder.join("wrap"), folder.join("log"));
    fs::write(&path, format!("#!/bin/sh\necho \"$*\" >> {}\nexec \"$@\"\n", log.display())).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a file");
    (path.display().to_string(), log)
}

/// Wherever the user names a wrapper, it is called as well, and crates are instrumented.
#[test]
fn wrappers_of_the_user() {
    let project = project();
    let (path, log) = wrapper(&project);
    let is_called = |args: &[&str]| {
        let _ = fs::remove_file(&log);
        let _ = fs::remove_dir_all(project.root().join("target"));
        project.done(args);
        project.check(&[("run", Some(1))]);
        log.exists()
    };
    let [plain, workspace] = ["rustc-wrapper", "rustc-workspace-wrapper"].map(|key| format!("build.{key}={path:?}"));
    assert!(is_called(&["run", "--config", &plain]));
    assert!(is_called(&["run", "--config", &workspace]));
    for setting in [
        format!("[build]\nrustc-wrapper = {path:?}\n"),
        format!("[env]\nRUSTC_WRAPPER = {{ value = \"/nowhere\", force = true }}\n[build]\nrustc-wrapper = {path:?}\n"),
        format!("[env]\nRUSTC_WRAPPER = \"/nowhere\"\n[build]\nrustc-workspace-wrapper = {path:?}\n"),
    ] {
        project.write(".cargo/config.toml", setting.as_bytes());
        assert!(is_called(&["run"]), "{setting}");
    }
    // One that is not there is named.
    project.write(".cargo/config.toml", b"[build]\nrustc-wrapper = \"/nowhere/wrap\"\n");
    let outcome = capture(&mut project.livecov(&["run"]));
    assert!(outcome.stderr_text().contains("cannot start /nowhere/wrap"), "{outcome:?}");
}

/// Cargo has the arguments in a file where the system takes no line of that length.
#[test]
fn lines_that_are_too_long() {
    let mut manifest = format!("{MANIFEST}[features]\n");
    let long = "long-".repeat(40);
    for number in 0..700 {
        let _ = writeln!(manifest, "{long}{number} = []");
    }
    let project = Project::of(&[("Cargo.toml", &manifest), ("src/main.rs", MAIN), ("src/lib.rs", LIB)]);
    project.done(&["run"]);
    project.check(&[("run", Some(1))]);
}

#[test]
fn roots_of_any_name() {
    let manifest = format!("{MANIFEST}[lib]\npath = \"src/root.inc\"\n[[bin]]\nname = \"q\"\npath = \"start\"\n");
    let project = Project::of(&[
        ("Cargo.toml", &manifest),
        ("src/root.inc", "mod inner;\npub fn f() -> u8 {\n    inner::f()\n}\n"),
        ("src/inner.rs", LIB),
        ("start", MAIN),
    ]);
    project.done(&["run"]);
    project.check(&[("run", Some(1))]);
    let lines = project.lines();
    let count = |name: &str, line| lines.get(&(name.to_owned(), line)).copied();
    assert_eq!((count("src/root.inc", 3), count("start", 2)), (Some(1), Some(1)), "{lines:?}");
}

/// The system has another name for the directory than cargo.
#[test]
fn a_link_to_the_project() {
    let project = project();
    let link = project.outside("links").join("link");
    std::os::unix::fs::symlink(project.root(), &link).expect("a link");
    let manifest = link.join("Cargo.toml").display().to_string();
    project.write("src/lib.rs", LIB.replace('1', "file!().len() as u8").as_bytes());
    let outcome = project.done(&["run", "--manifest-path", &manifest]);
    assert!(outcome.stdout_text().starts_with("10\n"), "{outcome:?}");
    assert!(outcome.stdout_text().contains("Total        4/4 100.0%"), "{outcome:?}");
    let outcome = project.done(&["build", "--manifest-path", &manifest]);
    assert!(outcome.stderr_text().contains("livecov: built "), "{outcome:?}");
}

/// Cargo builds for the target that its configuration names.
#[test]
fn targets_of_the_configuration() {
    let project = project();
    project.write(".cargo/config.toml", b"[build]\ntarget = [\"host-tuple\"]\n");
    project.done(&["run"]);
    project.check(&[("run", Some(1))]);
}

/// What cargo does not say of its configuration cannot be followed, and the user hears of it.
#[test]
fn a_configuration_that_cargo_does_not_show() {
    let project = project();
    let path = project.outside("cargo").join("cargo");
    let script = "#!/bin/sh\ncase \"$*\" in *'options config get'*) echo 'no such command' >&2; exit 101;; esac\nexec cargo \"$@\"\n";
    fs::write(&path, script).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a file");
    let outcome = capture(project.livecov(&["run"]).env("CARGO", &path)).exits(0);
    let said = outcome.stderr_text();
    assert_eq!(said.matches("warning: livecov: `cargo config get` failed").count(), 1, "{said}");
    assert!(said.contains("no such command"), "{said}");
    project.check(&[("run", Some(1))]);
}
