//! Each format of the shop's day, byte for byte. `UPDATE_EXPECT=1` writes the files anew: look at what changed.

use crate::{printed, shop_dir};
use expect_test::{ExpectFile, expect_file};
use livecov_format::vocab::CounterMode::{Count, Set};

fn check(args: &[&str], expected: &ExpectFile) {
    let scratch = shop_dir(if args.contains(&"--json") { Set } else { Count });
    let out = printed(scratch.path(), args);
    expected.assert_eq(&out.replace(concat!("livecov ", env!("CARGO_PKG_VERSION")), "livecov VERSION"));
}

macro_rules! golden {
    ($($test:ident: $args:expr, $file:literal;)+) => {
        $(#[test]
        fn $test() {
            check(&$args, &expect_file![concat!("../../golden/report/", $file)]);
        })+
    };
}

golden! {
    lcov: ["--lcov"], "shop.lcov";
    json_in_set_mode: ["--json"], "shop.json";
    cobertura: ["--cobertura"], "cobertura.xml";
    codecov: ["--codecov"], "codecov.json";
    coveralls: ["--coveralls"], "coveralls.json";
    sonarqube: ["--sonarqube"], "sonarqube.xml";
    markdown: ["--markdown"], "shop.md";
    text: ["--text"], "shop.profile";
    llvm_json: ["--llvm-json"], "llvm.json";
    table: ["--missing", "--omissions"], "table.txt";
    table_by_function: ["--by=function", "--sort=missed"], "functions.txt";
    colours: ["--color=always"], "colours.txt";
    source: ["--show"], "source.txt";
}
