//! The table and the lists under it.

use crate::{shop_dir, shown};
use expect_test::expect;
use livecov_format::model::UnitKind::Body;
use livecov_format::vocab::CounterMode::Set;
use livecov_tests::command::capture;
use livecov_tests::corpus;
use livecov_tests::go::clean;
use livecov_tests::paths::text;
use livecov_tests::reports::{Source, package, part, program, report, write_pod};
use livecov_tests::tool::livecov;

/// The first words of the rows between heading and sum.
fn names(out: &str) -> Vec<&str> {
    out.lines()
        .skip(1)
        .take_while(|line| !line.starts_with("Total"))
        .map(|line| line.split("  ").next().unwrap())
        .collect()
}

#[test]
fn narrow_terminals_shorten_names_and_drop_columns() {
    let scratch = shop_dir();
    let mut all = String::new();
    for width in ["100", "76", "62", "52", "40", "30", "12"] {
        let out = shown(scratch.path(), &["--width", width, "--ignore-filename-regex=gen"]);
        let table = out.split("\n\n").next().unwrap();
        let widest = table.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width.parse().unwrap(), "{width}: {out}");
        all.push_str(&format!("{width}:\n{table}\n"));
    }
    expect![[r#"
        100:
        File                             Lines         Units   Functions    Branches
        src/price.rs               9/14  64.2%    7/9  77.7%  2/3  66.6%  5/6  83.3%
        src/stock/größe &<]]>.rs    6/6 100.0%    5/6  83.3%  1/1 100.0%  2/2 100.0%
        Total                     15/20  75.0%  12/15  80.0%  3/4  75.0%  7/8  87.5%
        76:
        File                             Lines         Units   Functions    Branches
        src/price.rs               9/14  64.2%    7/9  77.7%  2/3  66.6%  5/6  83.3%
        src/stock/größe &<]]>.rs    6/6 100.0%    5/6  83.3%  1/1 100.0%  2/2 100.0%
        Total                     15/20  75.0%  12/15  80.0%  3/4  75.0%  7/8  87.5%
        62:
        File                       Lines   Units  Functions  Branches
        src/price.rs               64.2%   77.7%      66.6%     83.3%
        src/stock/größe &<]]>.rs  100.0%   83.3%     100.0%    100.0%
        Total                      75.0%   80.0%      75.0%     87.5%
        52:
        File                       Lines   Units  Functions
        src/price.rs               64.2%   77.7%      66.6%
        src/stock/größe &<]]>.rs  100.0%   83.3%     100.0%
        Total                      75.0%   80.0%      75.0%
        40:
        File                       Lines   Units
        src/price.rs               64.2%   77.7%
        src/stock/größe &<]]>.rs  100.0%   83.3%
        Total                      75.0%   80.0%
        30:
        File                     Lines
        src/price.rs             64.2%
        src/sto…größe &<]]>.rs  100.0%
        Total                    75.0%
        12:
        File   Lines
        s…rs   64.2%
        s…rs  100.0%
        T…al   75.0%
    "#]]
    .assert_eq(&all);
}

#[test]
fn functions_lose_their_files_first_where_it_is_narrow() {
    let scratch = shop_dir();
    let mut all = String::new();
    for width in ["90", "60", "40"] {
        let out = shown(scratch.path(), &["--width", width, "--by=function", "--filter=price.rs"]);
        all.push_str(&format!("{width}:\n{}\n", out.split("\n\n").next().unwrap().trim_end()));
    }
    expect![[r#"
        90:
        Function                             Lines       Units   Functions    Branches
        src/price.rs:3 price::price     5/5 100.0%  4/4 100.0%  1/1 100.0%  3/3 100.0%
        src/price.rs:11 price::lookup   4/7  57.1%  3/4  75.0%  1/1 100.0%  2/3  66.6%
        src/price.rs:22 price::never    0/2   0.0%  0/1   0.0%  0/1   0.0%           -
        Total                          9/14  64.2%  7/9  77.7%  2/3  66.6%  5/6  83.3%
        60:
        Function             Lines   Units  Functions  Branches
        price::price    5/5 100.0%  100.0%     100.0%    100.0%
        price::lookup   4/7  57.1%   75.0%     100.0%     66.6%
        price::never    0/2   0.0%    0.0%       0.0%         -
        Total          9/14  64.2%   77.7%      66.6%     83.3%
        40:
        Function        Lines   Units  Functions
        price::price   100.0%  100.0%     100.0%
        price::lookup   57.1%   75.0%     100.0%
        price::never     0.0%    0.0%       0.0%
        Total           64.2%   77.7%      66.6%
    "#]]
    .assert_eq(&all);
}

#[test]
fn the_environment_can_say_how_wide_a_table_is() {
    let scratch = shop_dir();
    let run = |columns: &str| {
        let outcome = capture(clean(livecov()).args(["report", text(scratch.path())]).env("COLUMNS", columns)).exits(0);
        outcome.stdout_text().lines().next().unwrap().to_owned()
    };
    assert!(run("40").ends_with("Lines   Units"), "{}", run("40"));
    for wide in ["200", "", "0", "many"] {
        assert!(run(wide).ends_with("Branches"), "{wide}");
    }
}

#[test]
fn filters_that_leave_nothing_are_told() {
    let scratch = shop_dir();
    let (status, out, err) = report(&[text(scratch.path()), "--filter=nothing"]);
    assert!(status == 0 && out.contains("Total"), "{out}");
    assert!(err.contains("the filters leave no file: the data are of src/price.rs, and 1 more"), "{err}");
}

#[test]
fn what_is_wrong_with_a_command_line_is_not_lost_in_help() {
    let scratch = shop_dir();
    let (status, out, err) = report(&[text(scratch.path()), "--lcov", "--json"]);
    assert_eq!((status, out.as_str()), (2, ""));
    expect![[r#"
        error: only one format can go to one place: name files, such as --lcov=FILE

        Usage: livecov report [OPTIONS] [DIR]...

        For more information, try '--help'.
    "#]]
    .assert_eq(&err);
}

#[test]
fn rows_are_sorted() {
    let dir = corpus::many();
    let first = |args: &[&str]| names(&shown(&dir, args))[0].to_owned();
    let files = shown(&dir, &[]);
    let names = names(&files);
    assert!(names.is_sorted() && names.len() > 500, "{names:?}");
    assert_eq!(first(&["--reverse"]), names[names.len() - 1]);
    let rows = shown(&dir, &["--sort=missed"]);
    let missed: Vec<u64> = rows.lines().skip(1).take(names.len()).map(missed_lines).collect();
    assert!(missed.is_sorted_by(|a, b| a >= b) && missed[0] > 1000, "{missed:?}");
    let rows = shown(&dir, &["--sort=functions", "--filter=fmt"]);
    let shares: Vec<String> =
        rows.lines().skip(1).map(|line| line.split_whitespace().rev().nth(1).unwrap().into()).collect();
    let numbers: Vec<f64> =
        shares[..shares.len() - 1].iter().filter_map(|share| share.trim_end_matches('%').parse().ok()).collect();
    assert!(numbers.is_sorted() && numbers.len() > 3, "{rows}");
}

fn missed_lines(row: &str) -> u64 {
    let lines = row.split_once("  ").and_then(|(_, cells)| cells.split_whitespace().next());
    let ratio = lines.and_then(|cell| cell.split_once('/'));
    ratio.map_or(0, |(covered, total)| total.parse::<u64>().unwrap() - covered.parse::<u64>().unwrap())
}

#[test]
fn modules_and_crates_have_rows() {
    let scratch = shop_dir();
    assert_eq!(names(&shown(scratch.path(), &["--by=module"])), ["shop::price", "shop::stock"]);
    assert_eq!(names(&shown(scratch.path(), &["--by=crate"])), ["shop"]);
    let functions = shown(scratch.path(), &["--by=function"]);
    assert!(functions.contains("\nsrc/price.rs:11 price::lookup "), "{functions}");
}

#[test]
fn what_has_nothing_to_count_is_shown_as_a_dash_without_colour() {
    let scratch = tempfile::tempdir().unwrap();
    let source = Source::new("a.rs", "fn f() {\n}\n").function("f", "fn f", &[]);
    write_pod(scratch.path(), &program(Set, vec![package("p", &[&source])]), &[]);
    let out = shown(scratch.path(), &["--color=always"]);
    let row = out.lines().nth(1).unwrap();
    assert_eq!(row.replace("\u{1b}[2m", "").replace("\u{1b}[0m", ""), "a.rs          -         -          -         -");
    assert!(!row.contains("\u{1b}[31m"), "{row:?}");
}

#[test]
fn colours_need_a_terminal() {
    let scratch = shop_dir();
    assert!(!shown(scratch.path(), &["--missing"]).contains('\u{1b}'));
    assert!(shown(scratch.path(), &["--color=always"]).contains("\u{1b}[32m"));
}

#[test]
fn missing_lines_are_ranges_and_omissions_a_line() {
    let scratch = shop_dir();
    let below = |args: &[&str]| shown(scratch.path(), args).split_once("\n\n").unwrap().1.to_owned();
    assert_eq!(below(&[]), "2 places left out: 1 test, 1 unparsed (--omissions lists them)\n");
    expect![[r#"
        Lines that did not run:
        src/price.rs:15-23

        2 places left out: 1 test, 1 unparsed:
        src/gen.rs unparsed (not understood by the parser): unexpected `~`
        src/price.rs:90-99 test (test code)
    "#]]
    .assert_eq(&below(&["--missing", "--omissions"]));
    let out = shown(scratch.path(), &["--filter=stock", "--missing"]);
    assert!(!out.contains("\n\n"), "nothing is missing: {out}");
}

#[test]
fn names_cannot_command_the_terminal() {
    let scratch = tempfile::tempdir().unwrap();
    let mut source = Source::new("a\u{1b}[2J\n.rs", "fn f() {\n    g();\n}\n");
    source = source.function("f\u{7}", "fn f", &[part(Body, "fn f", ";")]);
    write_pod(scratch.path(), &program(Set, vec![package("p\r", &[&source])]), &[]);
    for args in [
        &["--by=file", "--missing"][..],
        &["--by=function"],
        &["--by=crate"],
        &["--by=module"],
        &["--show"],
        &["--markdown"],
        &["--lcov"],
    ] {
        let out = shown(scratch.path(), args);
        assert!(out.chars().all(|c| c == '\n' || !c.is_control()), "{args:?}: {out:?}");
        assert!(out.contains('\u{fffd}'), "{args:?}: {out:?}");
    }
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let scratch = shop_dir();
    for (args, message) in [
        (&["--filter=["][..], "error: --filter [: "),
        (&["--ignore-filename-regex=("], "error: --ignore-filename-regex: "),
        (&["--remap=a"], "error: --remap a: write it as FROM=TO, with one `=`"),
        (&["--by=line"], "error: invalid value 'line' for '--by <BY>'"),
        (
            &["--fail-under-lines=101"],
            "error: invalid value '101' for '--fail-under-lines <PERCENT>': not between 0 and 100",
        ),
    ] {
        let args: Vec<&str> = [text(scratch.path())].iter().chain(args).copied().collect();
        let (status, out, err) = report(&args);
        assert_eq!((status, out.as_str()), (2, ""), "{args:?}");
        assert!(err.starts_with(message), "{args:?}: {err}");
    }
}

#[test]
fn directories_are_given_behind_the_flag_or_alone() {
    let [one, two] = [shop_dir(), shop_dir()];
    let [one, two] = [text(one.path()), text(two.path())];
    let run = |args: &[&str]| {
        let (status, out, err) = report(args);
        assert_eq!((status, err.as_str()), (0, ""), "{args:?}");
        out
    };
    let both = run(&["--lcov", one, two]);
    assert!(both.contains("DA:3,14\n"), "{both}");
    for args in [vec!["--lcov", "-i", one, two], vec!["-i", &format!("{one},{two}"), "--lcov"]] {
        assert_eq!(run(&args), both);
    }
}

/// A list for people and scripts, sorted, without a heading.
#[test]
fn functions_that_never_ran_are_listed() {
    let scratch = shop_dir();
    let data = text(scratch.path());
    let listed = |args: &[&str]| report(&[&[data, "--never-ran"], args].concat());
    let (status, out, err) = listed(&[]);
    assert_eq!((status, out.as_str()), (0, "src/price.rs:22 price::never\n"), "{err}");
    let said = "note: 1 function never ran\n\
                note: whether the programs have code of 1 function is not known: name the programs by --binary\n";
    assert_eq!(err, said);
    // What filters leave, and nothing where there is nothing.
    assert_eq!(listed(&["--filter", "stock"]).1, "");
    assert_eq!(listed(&["--exclude-files", "price.rs"]).1, "");
    assert_eq!(listed(&["--pkg", "nothing"]).1, "");
    // Files of other formats go beside it; what is in its place is refused.
    let lcov = scratch.path().join("lcov.info");
    let (_, out, _) = listed(&["--lcov", "--output-path", text(&lcov)]);
    assert!(out.is_empty() && lcov.exists());
    for other in ["--show", "--missing", "--omissions", "--diff=main"] {
        assert_eq!(listed(&[other]).0, 2, "{other}");
    }
    // Limits hold as ever.
    assert_eq!(listed(&["--fail-under-functions", "100"]).0, 3);
}
