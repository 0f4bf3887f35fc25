//! Where the file is looked for.

use crate::Shop;

/// What the table's rows stand for in a report from this directory.
#[track_caller]
fn heading(shop: &Shop, cwd: &str, args: &[&str]) -> String {
    let shown = shop.report_in(cwd, args).quiet().stdout_text();
    shown.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn the_nearest_file_counts() {
    let shop = Shop::with("by = 'crate'\n");
    assert_eq!(heading(&shop, "crates/deep/src", &[]), "Crate");
    shop.write("crates/deep/livecov.toml", "by = 'module'\n");
    assert_eq!(heading(&shop, "crates/deep/src", &[]), "Module");
    assert_eq!(heading(&shop, "crates", &[]), "Crate");
}

#[test]
fn cargo_s_file_may_have_a_table() {
    let shop = Shop::new();
    shop.write("Cargo.toml", "[workspace]\nmembers = ['crates/deep']\n[workspace.metadata.livecov]\nby = 'crate'\n");
    shop.write("crates/deep/Cargo.toml", "[package]\nname = 'deep'\nversion = '1.0.0'\n");
    assert_eq!(heading(&shop, "crates/deep/src", &[]), "Crate");
    shop.write("crates/deep/Cargo.toml", "[package]\nname = 'deep'\n[package.metadata.livecov]\nby = 'module'\n");
    assert_eq!(heading(&shop, "crates/deep/src", &[]), "Module");
    assert_eq!(heading(&shop, "crates", &[]), "Crate");
    // Whatever else stands there is no matter of ours.
    shop.write("crates/deep/Cargo.toml", "[dependencies]\nlivecov = { odd = [1, {}] }\n");
    assert_eq!(heading(&shop, "crates/deep/src", &[]), "Crate");
}

#[test]
fn nothing_above_the_project_counts() {
    let shop = Shop::with("by = 'crate'\n");
    let inner = shop.path("crates/deep");
    std::fs::create_dir(inner.join(".git")).unwrap();
    assert_eq!(heading(&shop, "crates/deep/src", &[]), "File");
    // Without a repository, the workspace is the end; without that, the package; without that, the directory.
    std::fs::remove_dir(inner.join(".git")).unwrap();
    std::fs::remove_dir(shop.path(".git")).unwrap();
    assert_eq!(heading(&shop, "crates/deep/src", &[]), "File");
    shop.write("crates/Cargo.toml", "[workspace]\n");
    shop.write("crates/livecov.toml", "by = 'module'\n");
    assert_eq!(heading(&shop, "crates/deep/src", &[]), "Module");
    std::fs::remove_file(shop.path("crates/livecov.toml")).unwrap();
    assert_eq!(heading(&shop, "crates/deep/src", &[]), "File");
    std::fs::remove_file(shop.path("crates/Cargo.toml")).unwrap();
    shop.write("crates/deep/Cargo.toml", "[package]\nname = 'deep'\n");
    shop.write("crates/deep/livecov.toml", "by = 'function'\n");
    assert_eq!(heading(&shop, "crates/deep/src", &[]), "Function");
}

#[test]
fn a_file_can_be_named() {
    let shop = Shop::with("by = 'crate'\n");
    shop.write("crates/other.toml", "by = 'module'\n");
    shop.write("crates/Cargo.toml", "[package.metadata.livecov]\nby = 'function'\n");
    assert_eq!(heading(&shop, "", &["--config", "crates/other.toml"]), "Module");
    assert_eq!(heading(&shop, "", &["--config=crates/Cargo.toml"]), "Function");
    assert_eq!(heading(&shop, "crates", &["--config=../livecov.toml"]), "Crate");
    let outcome = shop.report_in("", &["--config=none.toml"]).exits(1);
    assert_eq!(outcome.complaint(), "error: reading none.toml: no such file or directory");
    shop.report_in("", &["--config=livecov.toml", "--no-config"]).exits(2);
    shop.write("Cargo.toml", "[package]\n");
    let outcome = shop.report_in("", &["--config=Cargo.toml"]).exits(1);
    let words = "there is no table [workspace.metadata.livecov] or [package.metadata.livecov]";
    assert_eq!(outcome.complaint(), format!("error: Cargo.toml: {words}"));
}

#[test]
fn which_file_was_read_can_be_seen() {
    let shop = Shop::with("by = 'crate'\n");
    let outcome = shop.report_in("crates", &["-v=1"]).exits(0);
    assert!(outcome.complaint().starts_with("configured by ") && outcome.complaint().ends_with("/livecov.toml"));
}
