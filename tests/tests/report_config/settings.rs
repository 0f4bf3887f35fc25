//! What the file sets, and that the command line goes before it.

use crate::Shop;
use livecov_tests::paths::repo_root;

/// The first word of the table.
fn heading(shown: &str) -> &str {
    shown.split_whitespace().next().unwrap_or_default()
}

#[test]
fn each_key_does_what_its_flag_does() {
    let plain = Shop::new();
    for (config, flags) in [
        ("by = 'function'", &["--by=function"][..]),
        ("by = 'function'\nsort = 'missed'", &["--by=function", "--sort=missed"]),
        ("reverse = true", &["--reverse"]),
        ("missing = true", &["--missing"]),
        ("omissions = true", &["--omissions"]),
        ("color = 'always'", &["--color=always"]),
        ("filter = ['src/price.rs']", &["--filter=src/price.rs"]),
        ("exclude-files = ['src/stock', 're:gen']", &["--exclude-files=src/stock", "--exclude-files=re:gen"]),
        ("ignore-filename-regex = ['^src/p']", &["--ignore-filename-regex=^src/p"]),
        ("remap = ['src=lib']", &["--remap=src=lib"]),
        ("baseline = ['data']", &["--baseline=data"]),
        ("formats.lcov = '-'", &["--lcov"]),
        ("formats.markdown = '-'", &["--markdown"]),
    ] {
        let with_file = Shop::with(config).shown(&[]);
        let with_flags = plain.shown(flags);
        // The paths of baselines are those of the directories.
        let is_same = with_file == with_flags || flags == ["--baseline=data"] && with_file.contains("data  New missed");
        assert!(is_same, "{config}: {with_file}{with_flags}");
        assert_ne!(with_file, plain.shown(&[]), "{config}");
    }
    assert_ne!(plain.shown(&["--by=function", "--sort=missed"]), plain.shown(&["--by=function"]));
}

#[test]
fn the_command_line_goes_before_the_file() {
    let shop = Shop::with("by = 'crate'\nmissing = true\nfilter = ['src/stock']\n[formats]\njson = '-'\n");
    assert!(shop.shown(&[]).starts_with("{\"format\":\"livecov-report\""));
    assert!(shop.shown(&["--lcov"]).starts_with("TN:"), "formats of the command line take the place of the file's");
    std::fs::write(shop.path("livecov.toml"), "by = 'crate'\nmissing = true\nfilter = ['src/stock']\n").unwrap();
    assert_eq!(heading(&shop.shown(&[])), "Crate");
    assert_eq!(heading(&shop.shown(&["--by=file"])), "File");
    let shown = shop.shown(&["--by=file", "--filter=src/price.rs", "--missing=false"]);
    assert!(
        shown.contains("src/price.rs") && !shown.contains("src/stock") && !shown.contains("did not run"),
        "{shown}"
    );
    assert_eq!(shop.shown(&["--no-config"]), Shop::new().shown(&[]));
}

#[test]
fn lists_of_both_are_joined_where_that_makes_sense() {
    let shop = Shop::with("remap = ['src=lib', 'x=y']\nexclude-files = ['lib/stock', 'own/stock']\n");
    assert!(!shop.shown(&[]).contains("stock"));
    // The last rule that fits is the command line's.
    let shown = shop.shown(&["--remap=src=own"]);
    assert!(shown.contains("own/price.rs") && !shown.contains("stock"), "{shown}");
    let outcome = shop.report_in(".", &["--exclude-files=lib/price.rs"]).exits(0);
    assert!(outcome.stderr_text().starts_with("warning: the filters leave no file"), "{outcome:?}");
    let shown = outcome.stdout_text();
    assert_eq!(shown.lines().count(), 2 + 2, "the heading, the total, and what was left out: {shown}");
}

#[test]
fn files_of_formats_are_written_beside_the_table() {
    let shop = Shop::with("[formats]\nlcov = 'lcov.info'\njson = 'crates/all.json'\n");
    let shown = shop.report_in("crates/deep", &[]).quiet().stdout_text();
    assert_eq!(heading(&shown), "File");
    let lcov = std::fs::read_to_string(shop.path("lcov.info")).unwrap();
    assert_eq!(lcov, shop.shown(&["--lcov"]));
    assert!(shop.path("crates/all.json").is_file(), "paths start from the directory of the file");
}

#[test]
fn sources_are_looked_for_from_the_file_s_directory() {
    let shop = Shop::with("source-root = ['moved']\n");
    std::fs::create_dir(shop.path("moved")).unwrap();
    std::fs::rename(shop.path("src"), shop.path("moved/src")).unwrap();
    let shown = shop.report_in("crates", &["--show"]).quiet().stdout_text();
    assert!(shown.contains("pub fn price(count: u32"), "{shown}");
    let without = shop.report_in("crates", &["--show", "--no-config"]).quiet().stdout_text();
    assert!(without.contains("the source was not found"), "{without}");
}

#[test]
fn strictness_can_be_configured() {
    let shop = Shop::with("strict = true\n");
    shop.write("data/covcounters.00000000000000000000000000000000.1.1", "lost");
    let outcome = shop.report_in("", &[]).exits(1);
    assert!(outcome.complaint().starts_with("error: leaving out counter data file "), "{outcome:?}");
    shop.report_in("", &["--no-config"]).exits(0);
}

#[test]
fn the_file_in_the_documentation_is_right() {
    let document = std::fs::read_to_string(repo_root().join("docs/REPORTS.md")).unwrap();
    let example = document.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;
    let config = livecov::coverage::config::file::parse(example).unwrap();
    assert_eq!((config.exclude_files.len(), config.thresholds.all().count()), (2, 4));
}
