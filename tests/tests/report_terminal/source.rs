//! Annotated source.

use crate::{shop_dir, shown};
use livecov_tests::corpus;
use livecov_tests::files::write;
use livecov_tests::paths::text;
use livecov_tests::reports::shop_sources;
use livecov_tests::tool::Tool;
use tempfile::tempdir;

#[test]
fn source_is_found_below_its_root_and_marked() {
    let scratch = shop_dir();
    let out = shown(scratch.path(), &["--show", "--source-root", text(scratch.path())]);
    for line in [
        "src/price.rs (64.2% of lines)\n",
        "    5 |        5   |     if member && base > 10 {\n",
        "    7 |            |     }\n",
        "   15 |        0 ! |         _ => {\n",
        "    6 |       40   |     for _ in 0..wanted { taken += 1; }\n",
        "    7 |        2 ~ |     let weigh = |n: u32| n * 3; weigh(taken)\n",
        "      |            |                          ^ never called\n",
    ] {
        assert!(out.contains(line), "{line}{out}");
    }
    assert!(!out.contains("was changed"), "{out}");
}

#[test]
fn source_that_was_changed_is_said_to_be() {
    let scratch = shop_dir();
    let [price, _] = shop_sources();
    write(&scratch.path().join(&price.path), format!("\n{}", price.text).as_bytes());
    let out = shown(scratch.path(), &["--show", "--source-root", text(scratch.path())]);
    let warning = "src/price.rs was changed since it was compiled: counts may stand at the wrong lines";
    assert_eq!(out.matches("was changed").count(), 1, "{out}");
    assert!(out.contains(warning), "{out}");
    // Another root has it as it was.
    let root = tempdir().unwrap();
    price.write(root.path());
    let roots = ["--show", "--source-root", text(scratch.path()), "--source-root", text(root.path())];
    assert!(!shown(scratch.path(), &roots).contains("was changed"));
}

#[test]
fn counts_are_shown_without_source() {
    let scratch = shop_dir();
    let out = shown(scratch.path(), &["--show", "--filter=price.rs"]);
    assert!(out.contains("\nthe source was not found: name its directory with --source-root"), "{out}");
    assert!(out.contains("\n   15 |        0 ! |\n"), "{out}");
}

#[test]
fn source_is_found_from_below_and_by_renaming() {
    let scratch = shop_dir();
    let below = scratch.path().join("src/stock");
    let run = |args: &[&str]| {
        let args: Vec<&str> = ["report", text(scratch.path()), "--show"].iter().chain(args).copied().collect();
        Tool::Ours.run_in(&below, &args).quiet().stdout_text()
    };
    assert!(run(&[]).contains("| pub fn price(count"));
    let moved = tempdir().unwrap();
    std::fs::rename(scratch.path().join("src"), moved.path().join("elsewhere")).unwrap();
    let to = format!("--remap=src={}/elsewhere", text(moved.path()));
    assert!(shown(scratch.path(), &["--show", &to]).contains("| pub fn price(count"));
}

#[test]
fn go_s_source_is_found_by_its_module() {
    let module = corpus::tiny_program("count").source();
    let dir = corpus::tiny("count");
    let args = ["report", text(&dir), "--show"];
    for cwd in [module.clone(), module.join("shapes")] {
        let out = Tool::Ours.run_in(&cwd, &args).quiet().stdout_text();
        assert!(out.contains("   14 |        4   | var square = func(n int) int { return n * n }\n"), "{out}");
        assert!(!out.contains("not found"), "{out}");
    }
    let elsewhere = tempdir().unwrap();
    let out = Tool::Ours.run_in(elsewhere.path(), &args).quiet().stdout_text();
    assert_eq!(out.matches("the source was not found").count(), 3, "{out}");
    let root = format!("--source-root={}", text(&module));
    assert!(!shown(&dir, &["--show", &root]).contains("not found"));
}
