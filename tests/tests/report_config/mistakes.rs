//! Files that are wrong.

use crate::Shop;

#[track_caller]
fn complaint(shop: &Shop, cwd: &str) -> String {
    let outcome = shop.report_in(cwd, &[]).exits(1);
    assert_eq!(outcome.stdout_text(), "");
    outcome.complaint()
}

#[test]
fn keys_that_there_are_not_are_named_with_those_that_are_like_them() {
    for (config, line, key, like) in [
        ("by = 'crate'\nsrot = 'name'\n", 2, "srot", "sort"),
        ("source_root = ['x']", 1, "source_root", "source-root"),
        ("\n[threshold]\nlines = 80\n", 2, "threshold", "thresholds"),
        ("[thresholds]\nline = 80\n", 2, "line", "lines"),
        ("[thresholds.file]\n\nunit = 80\n", 3, "unit", "units"),
        ("exclude = ['x']", 1, "exclude", "exclude-files"),
        ("[formats]\nlcov-info = 'x'\ncoberture = 'x'\n", 3, "coberture", "cobertura"),
    ] {
        // Of several mistakes the first is named.
        let config = config.replace("lcov-info = 'x'", "");
        let words = complaint(&Shop::with(&config), "");
        assert!(words.ends_with(&format!("; do you mean `{like}`?")), "{config}: {words}");
        let start = format!("/livecov.toml: line {line}: unknown field `{key}`, expected one of ");
        assert!(words.contains(&start), "{config}: {words}");
    }
}

#[test]
fn values_of_another_kind_are_named() {
    for (config, words) in [
        ("by = 'crates'", "line 1: unknown variant `crates`, expected one of `file`, `crate`, `module`, `function`; "),
        ("[thresholds]\nlines = 101", "line 2: 101 is not between 0 and 100"),
        ("[thresholds]\nlines = -0.5", "line 2: -0.5 is not between 0 and 100"),
        ("[thresholds]\nlines = nan", "line 2: NaN is not between 0 and 100"),
        ("[thresholds]\nlines = '80 %'", "line 2: invalid type: string \"80 %\", expected f64"),
        ("missing = 1", "line 1: invalid type: integer `1`, expected a boolean"),
        ("filter = 'x'", "line 1: invalid type: string \"x\", expected a sequence"),
        ("by = 'file'\nby = 'crate'", "line 2: duplicate key"),
        ("by = [", "line 1: "),
    ] {
        let found = complaint(&Shop::with(config), "");
        assert!(found.contains(&format!("/livecov.toml: {words}")), "{config}: {found}");
    }
}

#[test]
fn values_are_checked_as_those_of_flags_are() {
    for (config, words) in [
        ("remap = ['x']", "--remap x: write it as FROM=TO"),
        ("filter = ['[']", "--filter [: "),
        ("exclude-files = ['re:(']", "--exclude-files: "),
    ] {
        let outcome = Shop::with(config).report_in("", &[]).exits(2);
        assert!(outcome.complaint().contains(words), "{config}: {outcome:?}");
    }
}

#[test]
fn cargo_s_file_is_named_as_well() {
    let shop = Shop::new();
    shop.write("Cargo.toml", "[workspace]\n\n[workspace.metadata.livecov]\nbi = 'crate'\n");
    let words = complaint(&shop, "crates");
    assert!(words.contains("/Cargo.toml: line 4: unknown field `bi`, expected one of "), "{words}");
    shop.write("livecov.toml", "by = 'crate'\n");
    shop.write("Cargo.toml", "[workspace.metadata.livecov]\nby = 'crate'\n");
    let words = complaint(&shop, "crates");
    assert!(words.starts_with("error: both ") && words.ends_with("configure livecov: keep one"), "{words}");
}

#[test]
fn a_wrong_file_does_not_matter_if_it_is_not_read() {
    let shop = Shop::with("nonsense");
    shop.report_in("", &["--no-config"]).exits(0);
    assert_eq!(shop.report_in("", &[]).exits(1).stdout_text(), "");
}
