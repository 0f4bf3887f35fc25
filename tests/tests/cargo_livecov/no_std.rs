//! Programs without the standard library, alone and beside others.

use crate::project::Project;
use livecov_tests::command::{capture, must};
use livecov_tests::files::list;
use livecov_tests::go::clean;
use livecov_tests::paths::make_dir;
use std::path::PathBuf;

/// Text that looks like an attribute decides nothing.
#[test]
fn a_text_that_names_no_std() {
    let project = Project::case("no-std-in-workspace", "");
    for args in [["test"].as_slice(), &["test", "-p", "app"], &["run", "-p", "fw"]] {
        project.done(args);
        let file = if args.contains(&"fw") { "fw/src/main.rs" } else { "app/src/lib.rs" };
        assert!(project.lines().iter().any(|((name, _), count)| name == file && *count > 0), "{args:?}");
    }
}

/// The core library brings along what such a program lacks.
#[test]
fn a_program_that_is_linked_without_optimisation_of_the_whole() {
    let project = Project::case("no-std-program", "");
    for (old, new) in [("lto = true", "lto = true"), ("lto = true", "lto = false"), ("lto = false", "lto = \"thin\"")] {
        project.replace("Cargo.toml", old, new);
        project.done(&["run", "--release"]);
        assert_eq!(project.lines()[&("src/lib.rs".to_owned(), 3)], 1, "{new}");
    }
}

fn programs(project: &Project, profile: &str) -> PathBuf {
    let builds = list(&project.root().join("target/livecov")).into_iter();
    let mut folders = builds.map(|build| build.join(profile)).filter(|folder| folder.exists());
    folders.next().expect("a build")
}

/// Programs with and without, one with a personality routine of its own, and libraries for other languages: all of them
/// use one library, which is compiled once.
#[test]
fn programs_of_both_kinds_in_one_workspace() {
    let project = Project::case("no-std-mixed", "");
    for profile in ["release", "lto"] {
        project.done(&["build", "--workspace", "--profile", profile]);
        for program in ["fw", "fwown", "app"] {
            project.done(&["run", "--profile", profile, "--bin", program]);
            assert_eq!(project.lines()[&("shared/src/lib.rs".to_owned(), 3)], 1, "{program}");
        }
    }
    let host = project.outside("host").join("host");
    let library = programs(&project, "release").join("libslib.a");
    must(project.command("cc".as_ref()).arg(project.root().join("host.c")).arg(library).arg("-o").arg(&host));
    let data = make_dir(&project.outside("data"));
    capture(clean(&host).env("LIVECOV_DIR", &data)).exits(0);
    assert_eq!(livecov_tests::files::counter_files(&data).len(), 1);
    // Tests have the standard library, and unwind.
    project.done(&["test", "-p", "fw", "-p", "app"]);
    assert!(project.lines()[&("shared/src/lib.rs".to_owned(), 3)] > 0);
}
