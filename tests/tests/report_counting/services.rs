//! Several services in one report: their workspaces have files of the same paths.

use crate::{json, lines, ratio};
use livecov_format::model::OmissionReason;
use livecov_format::model::UnitKind::Body;
use livecov_format::vocab::CounterMode::Count;
use livecov_tests::cargo_livecov::Project;
use livecov_tests::command::must;
use livecov_tests::files::write;
use livecov_tests::model::Package;
use livecov_tests::paths::{make_dir, text};
use livecov_tests::reports::{Source, omission, package, part, program, report, write_pod};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

/// A file with one function, `text` in it.
fn source(path: &str, function: &str, text: &str) -> Source {
    let body = format!("fn {function}() {{\n    {text};\n}}\n");
    Source::new(path, &body).function(function, "fn ", &[part(Body, "fn ", ";")])
}

/// A crate target of a cargo package.
fn target(path: &str, sources: &[&Source]) -> Package {
    let name = path.split('/').next().unwrap_or_default();
    Package { module_path: format!("{name}@1.0.0").into(), ..package(path, sources) }
}

/// Two services of two workspaces, with a client, an error type that both have copied, and a file that one has alone.
fn services() -> TempDir {
    let scratch = tempfile::tempdir().unwrap();
    let error = source("src/error.rs", "error", "copied");
    let client = source("src/client.rs", "client", "redis");
    let server = [target("redis/bin/server", &[&client, &error]), target("redis", &[&client, &error])];
    write_pod(scratch.path(), &program(Count, server.into()), &[&[("client", &[3]), ("error", &[1])]]);
    let (client, auth) = (source("src/client.rs", "connect", "bore"), source("src/auth.rs", "auth", "secret"));
    let bore = target("bore/bin/bore", &[&client, &error, &auth]);
    write_pod(scratch.path(), &program(Count, vec![bore]), &[&[("connect", &[5]), ("auth", &[7])]]);
    scratch
}

fn paths(report: &Value) -> Vec<&str> {
    report["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect()
}

#[track_caller]
fn lines_of(report: &Value, path: &str) -> String {
    lines(crate::file(report, path))
}

#[test]
fn services_of_two_workspaces_lose_nothing() {
    let scratch = services();
    let (status, out, err) = report(&[text(scratch.path()), "--json", "--strict"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let found: Value = serde_json::from_str(&out).unwrap();
    let expected =
        ["bore/src/client.rs", "bore/src/error.rs", "redis/src/client.rs", "redis/src/error.rs", "src/auth.rs"];
    assert_eq!(paths(&found), expected);
    let counts = expected.map(|path| lines_of(&found, path));
    assert_eq!(counts, ["1:5 2:5", "1:0 2:0", "1:3 2:3", "1:1 2:1", "1:7 2:7"]);
    assert_eq!(ratio(&found, "lines"), (8, 10));
    assert_eq!(crate::file(&found, "bore/src/client.rs")["plain_path"], "src/client.rs");
    assert_eq!(crate::file(&found, "src/auth.rs").get("plain_path"), None);
    // Alone, each has the paths that it always had.
    let alone = json(scratch.path(), &["--pkg", "bore/..."]);
    assert_eq!(paths(&alone), ["src/auth.rs", "src/client.rs", "src/error.rs"]);
}

#[test]
fn every_format_names_each_file_once() {
    let scratch = services();
    for (format, before, after) in [
        ("--lcov", "SF:", "\n"),
        ("--cobertura", "filename=\"", "\""),
        ("--sonarqube", "path=\"", "\""),
        ("--coveralls", "\"name\":\"", "\""),
        ("--llvm-json", "\"filename\":\"", "\""),
        ("--codecov", "\"", "\":{\"1\""),
        ("--markdown", "\n| ", " |"),
        ("--text", "\n", ":1.1,2"),
    ] {
        let (status, out, err) = report(&[text(scratch.path()), format]);
        assert_eq!((status, err.as_str()), (0, ""), "{format}");
        for path in ["bore/src/client.rs", "redis/src/client.rs"] {
            let found = out.matches(&format!("{before}{path}{after}")).count();
            assert_eq!(found, 1, "{format} {path}: {out}");
        }
        assert!(!out.contains(&format!("{before}src/client.rs")), "{format}: {out}");
        assert!(out.contains(&format!("{before}src/auth.rs{after}")), "{format}: {out}");
    }
}

#[test]
fn filters_take_either_name() {
    let scratch = services();
    let filtered = |args: &[&str]| {
        let report = json(scratch.path(), args);
        paths(&report).join(" ")
    };
    assert_eq!(filtered(&["--filter", "re:^src/client"]), "bore/src/client.rs redis/src/client.rs");
    assert_eq!(filtered(&["--filter", "redis/src"]), "redis/src/client.rs redis/src/error.rs");
    assert_eq!(filtered(&["--exclude-files", "re:^src/(client|error)"]), "src/auth.rs");
}

#[test]
fn each_file_has_its_own_source() {
    let scratch = services();
    let root = tempfile::tempdir().unwrap();
    // Only one of the workspaces is here: the other's file is not shown with the source of this one.
    source("src/client.rs", "client", "redis").write(&root.path().join("a"));
    let show = |roots: &[&str]| {
        let roots = roots.iter().flat_map(|dir| ["--source-root".to_owned(), format!("{}/{dir}", text(root.path()))]);
        let args: Vec<String> = [text(scratch.path()).into(), "--show".into()].into_iter().chain(roots).collect();
        let (status, out, _) = report(&args.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(status, 0);
        out
    };
    let shown = show(&["a"]);
    let bore = shown.split("redis/src").next().unwrap();
    assert!(bore.contains("bore/src/client.rs (100.0% of lines)\nthe source was not found"), "{shown}");
    assert!(shown.contains("fn client() {") && !shown.contains("was changed"), "{shown}");
    source("src/client.rs", "connect", "bore").write(&root.path().join("b"));
    let shown = show(&["a", "b"]);
    assert!(shown.contains("    1 |        5   | fn connect() {"), "{shown}");
    assert!(shown.contains("    1 |        3   | fn client() {"), "{shown}");
}

#[test]
fn another_build_of_one_of_them_is_a_change_of_that_one() {
    let scratch = services();
    let client = source("src/client.rs", "client", "redis, later");
    let later = Package { module_path: "redis@2.0.0".into(), ..target("redis/bin/server", &[&client]) };
    write_pod(scratch.path(), &program(Count, vec![later]), &[&[], &[("client", &[9])]]);
    let (status, out, err) = report(&[text(scratch.path()), "--json"]);
    assert_eq!(status, 0);
    let warning =
        "leaving out data of 1 other contents of redis/src/client.rs: package redis was changed between builds";
    assert!(err.starts_with(&format!("warning: {warning}. ")) && err.lines().count() == 1, "{err}");
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(lines_of(&found, "redis/src/client.rs"), "1:9 2:9");
    assert_eq!(lines_of(&found, "bore/src/client.rs"), "1:5 2:5");
    // The one that is there counts, though the other service's source is found first.
    let root = tempfile::tempdir().unwrap();
    source("src/client.rs", "connect", "bore").write(&root.path().join("a"));
    source("src/client.rs", "client", "redis").write(&root.path().join("b"));
    let roots = ["a", "b"].map(|dir| format!("--source-root={}/{dir}", text(root.path())));
    let found = json(scratch.path(), &[&roots[0], &roots[1]]);
    assert_eq!(lines_of(&found, "redis/src/client.rs"), "1:3 2:3");
}

#[test]
fn omissions_and_runs_are_of_their_own_file() {
    let scratch = services();
    let client = source("src/client.rs", "third", "third");
    let mut third = target("third", &[&client]);
    third.extension.omissions = vec![
        omission("src/auth.rs", [1, 2], OmissionReason::Macro, ""),
        omission("src/client.rs", [1, 3], OmissionReason::Macro, ""),
    ];
    write_pod(scratch.path(), &program(Count, vec![third]), &[&[("third", &[1])]]);
    let found = json(scratch.path(), &[]);
    let omissions = found["omissions"].as_array().unwrap().iter();
    let omitted: Vec<&str> = omissions.map(|omission| omission["path"].as_str().unwrap()).collect();
    // The third has units in its client, and none in what is another's file of that path.
    assert_eq!(omitted, ["third/src/auth.rs"]);
    assert!(paths(&found).contains(&"bore/src/auth.rs"));
}

#[test]
fn a_baseline_without_the_other_service_is_the_baseline_of_its_own() {
    let scratch = services();
    let old = tempfile::tempdir().unwrap();
    let client = source("src/client.rs", "client", "redis");
    write_pod(old.path(), &program(Count, vec![target("redis", &[&client])]), &[&[]]);
    let compared = |new: &Path, old: &Path, path: &str| {
        let found = json(new, &["--baseline", text(old)]);
        let files = found["comparison"]["files"].as_array().unwrap().clone();
        let file = files.into_iter().find(|file| file["path"] == path).unwrap();
        (file["basis"].as_str().unwrap().to_owned(), file["totals"]["gained"].as_u64(), file["totals"]["lost"].as_u64())
    };
    let [new, content] = ["new", "content"].map(str::to_owned);
    assert_eq!(compared(scratch.path(), old.path(), "redis/src/client.rs"), (content.clone(), Some(2), Some(0)));
    assert_eq!(compared(scratch.path(), old.path(), "bore/src/client.rs"), (new, Some(0), Some(0)));
    assert_eq!(compared(old.path(), scratch.path(), "src/client.rs"), (content, Some(0), Some(2)));
}

/// Two cargo packages, each its own workspace.
fn services_on_disk(root: &Path) {
    for (name, client) in
        [("redis-like", "\"redis\""), ("bore-like", "if std::env::args().len() > 9 { \"x\" } else { \"bore\" }")]
    {
        let dir = make_dir(&root.join(name).join("src"));
        let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n");
        write(&dir.join("../Cargo.toml"), manifest.as_bytes());
        write(&dir.join("client.rs"), format!("pub fn hello() -> &'static str {{\n    {client}\n}}\n").as_bytes());
        write(&dir.join("lib.rs"), b"pub mod client;\n");
        let crate_name = name.replace('-', "_");
        write(
            &dir.join("main.rs"),
            format!("fn main() {{\n    println!(\"{{}}\", {crate_name}::client::hello());\n}}\n").as_bytes(),
        );
    }
}

#[test]
fn real_services_in_one_report() {
    let scratch = tempfile::tempdir().unwrap();
    services_on_disk(scratch.path());
    let data = make_dir(&scratch.path().join("data"));
    for name in ["redis-like", "bore-like"] {
        let project = Project::new(&format!("services-{name}"), &scratch.path().join(name));
        let build = project.build(&["--mode", "count"]);
        must(livecov_tests::go::clean(&build.folder.join(name)).env("LIVECOV_DIR", &data));
    }
    let roots = ["redis-like", "bore-like"].map(|name| format!("--source-root={}/{name}", text(scratch.path())));
    let found = json(&data, &["--strict", &roots[0], &roots[1]]);
    let expected =
        ["bore-like/src/client.rs", "bore-like/src/main.rs", "redis-like/src/client.rs", "redis-like/src/main.rs"];
    assert_eq!(paths(&found), expected);
    assert_eq!(lines_of(&found, "bore-like/src/client.rs"), "1:1 2:1~");
    assert_eq!(lines_of(&found, "redis-like/src/client.rs"), "1:1 2:1");
}
