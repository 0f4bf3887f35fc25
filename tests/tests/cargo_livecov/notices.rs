//! What programs say of their data, and where they find out about them.

use crate::project::Project;
use livecov_tests::command::capture;
use std::fs;

const MANIFEST: &str = "[package]\nname = \"says\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

/// A program that sends what its arguments say, as the runtime does.
const SAYS: &str = r#"use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
fn main() {
    let name = std::env::var("LIVECOV_NOTICES").unwrap();
    let to = SocketAddr::from_abstract_name(name.strip_prefix('@').unwrap()).unwrap();
    let socket = UnixDatagram::unbound().unwrap();
    let mut args = std::env::args().skip(1);
    let status = args.next().unwrap();
    for arg in args {
        socket.send_to_addr(arg.as_bytes(), &to).unwrap();
    }
    println!("said");
    if status == "lose" {
        let folder = std::env::var("LIVECOV_DIR").unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        std::fs::write(folder, "").unwrap();
    } else {
        std::process::exit(status.parse().unwrap());
    }
}
"#;

#[test]
fn complaints_are_shown_at_the_end() {
    let project = Project::of(&[("Cargo.toml", MANIFEST), ("src/main.rs", SAYS)]);
    let args = ["run", "-q", "--", "3", "says (process 1): no room", "says (process 2): no room", "odd \u{1b}[1m"];
    let outcome = capture(&mut project.livecov(&args)).exits(3);
    let said = outcome.stderr_text();
    assert_eq!(said, "warning: livecov: says (2 processes): no room\nwarning: livecov: odd  [1m\n");
    assert!(outcome.stdout_text().starts_with("said\n"), "{outcome:?}");
    project.done(&["run", "-q", "--", "0"]);
}

/// Where all is lost the status is not that of success, also if nobody asked for a report.
#[test]
fn a_total_loss_is_no_success() {
    let project = Project::of(&[("Cargo.toml", MANIFEST), ("src/main.rs", SAYS)]);
    for (flags, status) in
        [(["-q"].as_slice(), 1), (&["-q", "--no-report"], 1), (&["-q", "--fail-under-lines", "1"], 3)]
    {
        let args = [["run"].as_slice(), flags, &["--", "lose", "says (process 1): cannot open the directory"]].concat();
        let outcome = capture(&mut project.livecov(&args)).exits(status);
        let said = outcome.stderr_text();
        assert!(said.contains("warning: livecov: says (process 1): cannot open the directory"), "{said}");
        assert!(said.contains("no data in ") && said.contains("or none could write"), "{said}");
    }
}

/// What is killed cannot say so.
#[test]
fn programs_that_leave_nothing_are_named() {
    if !cfg!(target_arch = "x86_64") {
        eprintln!("the call has this number on x86-64 only: nothing was tested");
        return;
    }
    let project = Project::case("killed", "");
    let outcome = capture(&mut project.livecov(&["run", "-q"])).exits(0);
    let (printed, said) = (outcome.stdout_text(), outcome.stderr_text());
    let stays = printed.lines().find_map(|line| line.strip_prefix("stays ")).expect("a process");
    let id: i32 = stays.parse().expect("a number");
    // SAFETY: no pointers are passed.
    unsafe { libc::kill(id, libc::SIGKILL) };
    let said: Vec<_> = said.lines().collect();
    let [ended, stayed] = said[..] else { panic!("{outcome:?}") };
    assert!(ended.starts_with("warning: livecov: killed (3 processes): ended without a chance to write"), "{ended}");
    assert!(stayed.starts_with(&format!("warning: livecov: killed (process {id}): still runs")), "{stayed}");
    // Where nothing else has run it is a total loss.
    let outcome = capture(&mut project.livecov(&["run", "-q", "--no-report", "--", "exit"])).exits(1);
    assert!(outcome.stderr_text().contains(": ended without a chance"), "{outcome:?}");
}

/// A file that programs find without any variable says where data go, as long as the run lasts.
#[test]
fn programs_find_their_run() {
    let shows = "fn main() {\n    let program = std::env::current_exe().unwrap();\n    \
        let runs = program.parent().unwrap().parent().unwrap().join(\"runs\");\n    \
        for name in [std::env::args().nth(1).unwrap(), \"last\".to_owned()] {\n        \
        let text = std::fs::read_to_string(runs.join(name)).unwrap();\n        print!(\"{text}\");\n    }\n    \
        println!(\"{}\", std::env::var(\"LIVECOV_DIR\").unwrap());\n    \
        println!(\"{}\", std::env::var(\"LIVECOV_NOTICES\").unwrap());\n}\n";
    let project = Project::of(&[("Cargo.toml", MANIFEST), ("src/main.rs", shows)]);
    // `exec` keeps the process id.
    let script = "exec \"$0\" livecov run -q -- $$";
    let mut command = project.command("sh".as_ref());
    let outcome = capture(command.args(["-c", script]).arg(livecov_tests::tool::cargo_livecov())).exits(0);
    let text = outcome.stdout_text();
    let lines: Vec<&str> = text.lines().take(6).collect();
    let [data, socket] = [lines[4], lines[5]];
    assert_eq!(lines, [data, socket, data, socket, data, socket], "{text}");
    assert!(data.starts_with('/') && socket.starts_with("@livecov-"), "{text}");
    let builds = fs::read_dir(project.root().join("target/livecov")).expect("a folder").flatten();
    let build = builds.map(|entry| entry.path()).find(|path| path.join("config.json").exists()).expect("a build");
    let left: Vec<_> = livecov_tests::files::list(&build.join("runs"));
    assert_eq!(left, [build.join("runs/lock")]);
}

/// A child without any variable keeps its data.
#[test]
fn children_with_a_cleared_environment() {
    let project = Project::case("env-clear", "");
    project.done(&["test", "--mode", "count"]);
    let lines = project.lines();
    let counts: Vec<_> = lines.iter().filter(|((file, _), _)| file == "src/main.rs").map(|(_, count)| *count).collect();
    assert!(!counts.is_empty() && counts.iter().all(|count| *count == 1), "{lines:?}");
}

/// Programs that cannot write any more end and print as the plain ones do, and the tool says what was lost.
#[test]
fn programs_that_cannot_write() {
    for (case, reason) in [("changed-user", "Permission denied"), ("no-room", "File too large")] {
        let project = Project::case(case, "");
        let plain = capture(&mut project.cargo(&["run", "-q"]));
        let outcome = capture(&mut project.livecov(&["run", "-q", "--no-report"]));
        let is_root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        if case == "changed-user" && !is_root {
            eprintln!("only root can change the user: nothing was tested");
            continue;
        }
        assert_eq!(outcome.stdout_text(), plain.stdout_text(), "{case}");
        let said = outcome.stderr_text();
        assert!(said.contains("warning: livecov: ") && said.contains(reason), "{case}: {said}");
        let is_tool_s = |line: &str| line.starts_with("warning: livecov: ");
        assert!(said.lines().all(is_tool_s), "{case}: {said}");
        assert_eq!(plain.status, Some(0));
        assert_eq!(outcome.status, Some(1), "all is lost: {case}: {said}");
        // The report fails as well.
        let outcome = capture(&mut project.livecov(&["run", "-q", "--fail-under-lines", "1"])).exits(3);
        assert_eq!(outcome.stdout_text(), plain.stdout_text(), "{case}");
    }
}
