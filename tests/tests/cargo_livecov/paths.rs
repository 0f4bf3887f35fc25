//! Where projects lie, and what their sources name.

use crate::project::{Project, compiled};
use livecov_tests::cache::contents;
use livecov_tests::cargo_livecov::{CACHE, cache_dir};
use livecov_tests::command::{capture, must};
use livecov_tests::paths::text;
use std::path::Path;

#[test]
fn folders_with_spaces_and_other_letters() {
    let project = Project::copy_to("sample", "my pröjects, 'all' = $5");
    project.done(&["test"]);
    project.check(&[("unit", Some(1)), ("exit", Some(1)), ("doctest", Some(1))]);
    project.replace("lib/src/lib.rs", "n + 100", "n + 101");
    assert!(compiled(&project.done(&["build"])).contains(&"sample-lib".to_owned()));
    assert!(compiled(&project.done(&["build"])).is_empty());
}

#[test]
fn called_from_elsewhere() {
    let project = Project::copy("sample");
    let elsewhere = project.outside("elsewhere");
    let manifest = project.root().join("app/Cargo.toml");
    let mut command = project.livecov(&["run", "--manifest-path", text(&manifest)]);
    let outcome = capture(command.current_dir(&elsewhere)).exits(0);
    assert!(outcome.stdout_text().starts_with("42 Some(3) 42\nlib/src/places.rs:9"), "{outcome:?}");
    project.check(&[("run", Some(1))]);
    let outcome = capture(project.livecov(&["test"]).current_dir(project.root().join("lib"))).exits(0);
    assert!(!outcome.stderr_text().contains("warning: livecov"), "{outcome:?}");
    project.check(&[("unit", Some(1)), ("doctest", Some(1)), ("never", Some(0))]);
}

#[test]
fn target_folders() {
    let project = Project::copy("sample");
    for (index, way) in ["flag", "variable", "configuration"].into_iter().enumerate() {
        let folder = project.outside(&format!("target {way}"));
        let mut command = project.livecov(&["build"]);
        match index {
            0 => command.args(["--target-dir", text(&folder)]),
            1 => command.env("CARGO_TARGET_DIR", &folder),
            _ => {
                project.write(".cargo/config.toml", format!("[build]\ntarget-dir = {:?}\n", text(&folder)).as_bytes());
                &mut command
            }
        };
        let outcome = capture(&mut command).exits(0);
        assert_eq!(compiled(&outcome).len(), 4, "{way}: {outcome:?}");
        assert!(!project.root().join("target/debug").exists());
        assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 1, "{way}");
    }
}

#[test]
fn files_outside_of_the_workspace_are_found() {
    let project = Project::copy("sample");
    project.write("../../beside.txt", b"beside");
    project.write("../shared.rs", b"pub fn shared() -> &'static str {\n    file!() // run\n}\n");
    project.replace(
        "app/src/main.rs",
        "fn show() {",
        "#[path = \"../../../shared.rs\"]\nmod shared;\nfn show() {\n    println!(\"{} {}\", shared::shared(), include_str!(\"../../../../beside.txt\")); // run",
    );
    let plain = capture(&mut project.cargo(&["run", "-q"])).quiet();
    let ours = project.done(&["run", "-q"]);
    assert!(ours.stdout_text().starts_with(&plain.stdout_text()), "{plain:?} {ours:?}");
    assert_eq!(project.lines()[&("../shared.rs".to_owned(), 2)], 1);
}

#[test]
fn links_in_the_source_tree() {
    let project = Project::copy("sample");
    let root = project.root();
    std::fs::rename(root.join("lib/src/places.rs"), root.join("elsewhere.rs")).expect("a move");
    std::os::unix::fs::symlink(root.join("elsewhere.rs"), root.join("lib/src/places.rs")).expect("a link");
    std::fs::rename(root.join("lib/shared"), root.join("common")).expect("a move");
    std::os::unix::fs::symlink("../common", root.join("lib/shared")).expect("a link");
    let plain = capture(&mut project.cargo(&["run", "-q"])).quiet();
    let ours = project.done(&["run", "-q"]);
    assert!(ours.stdout_text().starts_with(&plain.stdout_text()), "{plain:?} {ours:?}");
    assert_eq!(project.lines()[&("lib/shared/deep.rs".to_owned(), 2)], 1);
}

/// Nothing that is built names the overlay: not in the program's text, not for debuggers.
#[test]
fn the_overlay_shows_nowhere() {
    let project = Project::copy("sample");
    project.done(&["build", "--include-deps"]);
    let exe = executable(&project, &["--include-deps"]);
    let bytes = std::fs::read(exe).expect("a program");
    let count = |needle: &[u8]| bytes.windows(needle.len()).filter(|window| *window == needle).count();
    assert_eq!(count(b"/overlay/"), 0);
    assert!(count(b"lib/src/places.rs") > 0);
}

/// The program that `cargo livecov build` makes.
fn executable(project: &Project, args: &[&str]) -> std::path::PathBuf {
    let mut command = project.livecov(&["build", "--message-format=json"]);
    let messages = must(command.args(args));
    let mut found = messages.lines().rev().filter_map(|line| line.split_once("\"executable\":\"")?.1.split('"').next());
    Path::new(found.next().expect("a program")).to_owned()
}

#[test]
fn modules_that_come_and_go() {
    let project = Project::copy("sample");
    project.done(&["build"]);
    project.replace("lib/src/lib.rs", "pub mod places;", "pub mod places;\npub mod more;");
    project.write("lib/src/more.rs", b"pub fn more() -> u8 {\n    1 // never\n}\n");
    project.done(&["run"]);
    assert_eq!(project.lines()[&("lib/src/more.rs".to_owned(), 2)], 0);
    // A file becomes a folder.
    std::fs::remove_file(project.root().join("lib/src/more.rs")).expect("no file");
    project.write("lib/src/more/mod.rs", b"pub mod less;\n");
    project.write("lib/src/more/less.rs", b"pub fn less() -> u8 {\n    1 // never\n}\n");
    project.done(&["run"]);
    let lines = project.lines();
    assert_eq!(lines[&("lib/src/more/less.rs".to_owned(), 2)], 0);
    assert!(!lines.keys().any(|(file, _)| file == "lib/src/more.rs"));
}

#[test]
fn a_runtime_for_all_projects() {
    let project = Project::copy("sample");
    // A home that cannot be written to: the runtime comes to the project.
    capture(project.livecov(&["run"]).env(CACHE, "/dev/null/cache")).exits(0);
    let own = contents(&project.root().join("target/livecov/runtime"));
    let names: Vec<&str> = own.iter().map(|(path, _)| text(path)).collect();
    let (_, library) =
        own.iter().find(|(path, _)| text(path).contains("/liblivecov_rt-")).unwrap_or_else(|| panic!("{names:?}"));
    assert!(!names.iter().any(|name| name.contains("libsyn-") && name.ends_with(".rmeta")), "{names:?}");
    let place = text(project.root()).as_bytes();
    assert!(!library.windows(place.len()).any(|window| window == place), "the user's folder is in it");

    let cache = project.outside("cache");
    let shared = cache_dir();
    std::os::unix::fs::symlink(shared.join("runtime"), cache.join("runtime")).expect("a link");
    let second = Project::copy("sample");
    capture(second.livecov(&["run"]).env(CACHE, &cache)).exits(0);
    assert!(!second.root().join("target/livecov/runtime").exists());
}
