//! The HTML report as a file: what it has in it is what the JSON report says, and nothing in it can do harm. What a browser
//! makes of it is checked by `ci/page-test`.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod changes;
mod page;

use livecov_format::model::UnitKind;
use livecov_format::vocab::CounterMode::{self, Count, Set};
use livecov_tests::corpus;
use livecov_tests::paths::text;
use livecov_tests::reports::{
    DAY, Process, Source, package, part, program, report, shop, shop_sources, write_pod, write_process, write_run,
};
use page::{Page, elements, parse};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::path::Path;
use tempfile::TempDir;

/// A directory with the shop's data in `data`, and with its sources.
fn shop_dir(mode: CounterMode) -> TempDir {
    let scratch = tempfile::tempdir().unwrap();
    shop_sources().iter().for_each(|source| source.write(scratch.path()));
    std::fs::create_dir(scratch.path().join("data")).unwrap();
    write_pod(&scratch.path().join("data"), &shop(mode), &[DAY]);
    scratch
}

/// The report of `data` in a directory.
fn printed(dir: &Path, format: &str) -> String {
    let (status, out, err) = report(&[format, "--source-root", text(dir), text(&dir.join("data"))]);
    assert_eq!(status, 0, "{err}");
    out
}

fn page_of(dir: &Path) -> Page {
    parse(&printed(dir, "--html"))
}

/// What the page knows of the JSON report.
fn known(mut json: Value) -> Value {
    for file in json["files"].as_array_mut().unwrap() {
        file.as_object_mut().unwrap().remove("content_md5");
        let partial = file["lines"].as_array().unwrap().iter().filter(|line| line["is_partial"] == true).count();
        file["partial"] = partial.into();
        let counts = file["lines"].as_array().unwrap().iter().map(|line| line["count"].as_u64().unwrap());
        file["highest"] = counts.max().unwrap_or(0).into();
        for function in file["functions"].as_array_mut().unwrap() {
            let fields = function.as_object_mut().unwrap();
            let span = fields.remove("span").unwrap();
            fields.remove("first_unit");
            function["lines"] = json!([span[0], span[2]]);
            for name in ["functions", "statements"] {
                function["totals"].as_object_mut().unwrap().remove(name);
            }
        }
    }
    for package in json["packages"].as_array_mut().unwrap() {
        package.as_object_mut().unwrap().remove("totals");
    }
    json
}

#[track_caller]
fn is_same(page: &Page, json: &str) {
    let json = known(serde_json::from_str(json).unwrap());
    for (place, file) in json["files"].as_array().unwrap().iter().enumerate() {
        assert_eq!(&page.files[place], file);
    }
    assert_eq!(page.files.len(), json["files"].as_array().unwrap().len());
    assert_eq!(json!(page.packages), json["packages"]);
    assert_eq!(json!(page.omissions), json["omissions"]);
    assert_eq!(json!(page.contexts), json["contexts"]);
    for name in ["mode", "granularity", "notes", "provenance", "tool", "totals"] {
        assert_eq!(page.head[name], json[name], "{name}");
    }
}

#[test]
fn a_page_has_what_the_json_report_says() {
    for mode in [Count, Set] {
        let shop = shop_dir(mode);
        is_same(&page_of(shop.path()), &printed(shop.path(), "--json"));
    }
}

#[test]
fn a_page_has_the_runs_of_the_json_report() {
    let shop_dir = shop_dir(Count);
    let data = shop_dir.path().join("data");
    for (instance, label) in [(1, "night"), (2, "day </script>")] {
        let process = Process { instance, label, args: &["shop"], ..Process::default() };
        write_process(&data, &shop(Count), process, &[("price::lookup", &[1, u32::from(instance == 2), 0, 0])]);
    }
    let page = page_of(shop_dir.path());
    assert_eq!(page.contexts.as_ref().unwrap()["names"], json!(["day </script>", "night"]));
    is_same(&page, &printed(shop_dir.path(), "--json"));
}

#[test]
fn pages_of_data_by_go_have_what_the_json_report_says() {
    for data in [corpus::tiny("set"), corpus::tiny("atomic"), corpus::many()] {
        let (_, html, _) = report(&["--html", text(&data)]);
        let (_, json, _) = report(&["--json", text(&data)]);
        is_same(&parse(&html), &json);
    }
}

#[test]
fn a_page_has_the_sources_and_says_which_were_changed() {
    let shop = shop_dir(Count);
    let [price, stock] = shop_sources();
    let page = page_of(shop.path());
    assert_eq!((page.flags, page.sources), (vec![1, 1], vec![Some(price.text.clone()), Some(stock.text.clone())]));
    let changed = format!("\u{feff}{}// More.\r\n", stock.text);
    std::fs::write(shop.path().join(&stock.path), &changed).unwrap();
    std::fs::remove_file(shop.path().join(&price.path)).unwrap();
    let page = page_of(shop.path());
    assert_eq!(
        (page.flags, page.sources),
        (vec![0, 3], vec![None, Some(changed.trim_start_matches('\u{feff}').into())])
    );
}

#[test]
fn the_same_data_give_the_same_bytes() {
    let [first, second] = [shop_dir(Count), shop_dir(Count)];
    assert_eq!(printed(first.path(), "--html"), printed(second.path(), "--html"));
}

#[test]
fn the_policy_names_the_script_and_the_style_of_the_page() {
    let html = printed(shop_dir(Count).path(), "--html");
    let policy = elements(&html, "http-equiv=\"Content-Security-Policy\" content=\"", "\"")[0];
    let hash = |text: &str| format!("'sha256-{}'", base64(&Sha256::digest(text.as_bytes())));
    let [scripts, styles] = [elements(&html, "<script>", "</script>"), elements(&html, "<style>", "</style>")];
    assert_eq!([scripts.len(), styles.len()], [1, 1]);
    let directives: Vec<&str> = policy.split("; ").collect();
    assert_eq!(directives[0], "default-src 'none'");
    assert!(directives.contains(&format!("script-src {}", hash(scripts[0])).as_str()), "{policy}");
    assert!(directives.contains(&format!("style-src {}", hash(styles[0])).as_str()), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
}

/// Base 64, so that the page's own is not its judge.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let number = (0..3).fold(0usize, |number, place| number << 8 | usize::from(*group.get(place).unwrap_or(&0)));
        let digit = |place: usize| char::from(DIGITS[number >> (18 - 6 * place) & 63]);
        text.extend((0..4).map(|place| if place <= group.len() { digit(place) } else { '=' }));
    }
    text
}

#[test]
fn a_page_asks_for_nothing() {
    let html = printed(shop_dir(Count).path(), "--html");
    for request in [" src=", "href=\"http", "href=\"/", "url(", "@import", "srcset", "<iframe", "<object", "<form"] {
        assert!(!html.contains(request), "{request}");
    }
}

/// A path and a name that would end the script and start another, and a text that does.
const HOSTILE: &str = "src/</script><script>alert(1)</script>\"'&<!--\u{202e}ü ]]>.rs";

#[test]
fn no_name_and_no_source_ends_an_element() {
    let scratch = tempfile::tempdir().unwrap();
    let data = scratch.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let source = Source::new(HOSTILE, "fn a() {\n    </script><script>alert(2)</script>\n}\n");
    let source = source.function("a::<\"</script><img src=x>\">", "fn a", &[part(UnitKind::Body, "fn a", "}")]);
    source.write(scratch.path());
    let hostile = program(Count, vec![package("</title><script>alert(3)</script>", &[&source])]);
    write_run(&data, &hostile, |_| Ok::<_, Infallible>(1)).unwrap();
    let html = printed(scratch.path(), "--html");
    assert!(!html.contains("<script>alert(") && !html.contains("<img"));
    assert_eq!(html.matches("</title>").count(), 1);
    let page = parse(&html);
    assert_eq!(page.files[0]["path"], HOSTILE);
    assert_eq!(page.sources, [Some(source.text)]);
}

#[test]
fn many_files_are_in_several_chunks() {
    let scratch = tempfile::tempdir().unwrap();
    let data = scratch.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let body = "    let a = 1;\n".repeat(2000);
    let source = |number: usize| {
        Source::new(&format!("src/{number:03}.rs"), &format!("fn f{number}() {{\n{body}}}\n")).function(
            &format!("f{number}"),
            "fn f",
            &[part(UnitKind::Body, "fn f", "\n}")],
        )
    };
    let sources: Vec<Source> = (0..60).map(source).collect();
    sources.iter().for_each(|source| source.write(scratch.path()));
    let large = program(Count, vec![package("large", &sources.iter().collect::<Vec<_>>())]);
    write_run(&data, &large, |_| Ok::<_, Infallible>(3)).unwrap();
    let page = page_of(scratch.path());
    assert!(page.chunk_count > 5, "{} chunks", page.chunk_count);
    assert!(page.sources.iter().zip(&sources).all(|(found, source)| found.as_ref() == Some(&source.text)));
    is_same(&page, &printed(scratch.path(), "--json"));
}

#[test]
fn a_page_of_nothing_is_one() {
    let scratch = tempfile::tempdir().unwrap();
    let data = scratch.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let nothing = program(Count, vec![package("nothing", &[])]);
    write_run(&data, &nothing, |_| Ok::<_, Infallible>(0)).unwrap();
    let html = printed(scratch.path(), "--html");
    assert!(html.contains("<li>Lines: - (0 of 0)</li>"), "{html}");
    let page = parse(&html);
    assert_eq!((page.files.len(), page.chunk_count), (0, 0));
}

#[test]
fn the_index_is_that_of_the_golden_file() {
    let page = page_of(shop_dir(Count).path());
    let index =
        json!({ "head": page.head, "packages": page.packages, "files": page.files, "omissions": page.omissions });
    let index = serde_json::to_string_pretty(&index).unwrap() + "\n";
    let index = index.replace(concat!("livecov ", env!("CARGO_PKG_VERSION")), "livecov VERSION");
    expect_test::expect_file!["../../golden/report/page.json"].assert_eq(&index);
}
