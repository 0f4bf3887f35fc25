//! Under `cargo livecov`: notices go to the tool, and a program without variables finds its run.

use super::service::{End, Service, exe, files, ran};
use livecov_tests::compare::scratch;
use livecov_tests::files::copy_program;
use livecov_tests::go::clean;
use livecov_tests::paths::text;
use livecov_tests::rust::Mode;
use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;

/// A socket as the tool has it.
fn listen(name: &str) -> UnixDatagram {
    let address = SocketAddr::from_abstract_name(name).unwrap();
    let socket = UnixDatagram::bind_addr(&address).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket
}

fn received(socket: &UnixDatagram) -> Vec<String> {
    let mut buffer = [0; 2048];
    let mut all = Vec::new();
    while let Ok(len) = socket.recv(&mut buffer) {
        all.push(String::from_utf8(buffer[..len].to_vec()).unwrap());
    }
    all
}

#[test]
fn notices_go_to_the_tool() {
    let root = scratch();
    let name = format!("livecov-test-{}", std::process::id());
    let socket = listen(&name);
    let variables =
        [("LIVECOV_DIR", text(root.path())), ("LIVECOV_DUMP_SIGNAL", "USR2"), ("LIVECOV_NOTICES", &format!("@{name}"))];
    let mut service = Service::start(&variables);
    service.tell("file-size 0");
    service.tell("open");
    service.kill("USR2");
    let process = service.id();
    assert_eq!(service.killed("TERM"), End { status: -15, stderr: String::new() });
    let notices = received(&socket);
    // First that there is a program of which the tool is to expect data.
    let [started, notices @ ..] = &notices[..] else { panic!("nothing was sent") };
    assert_eq!(started, &format!("service (process {process}): started, writes to {}", text(root.path())));
    assert_eq!(notices.len(), 2, "{notices:?}");
    assert!(
        notices.iter().all(|notice| notice.starts_with(&format!("service (process {process}): cannot "))),
        "{notices:?}"
    );
    assert!(notices[1].ends_with("are lost"), "{notices:?}");
    // Nobody listens any more: still not a word on standard error.
    drop(socket);
    let mut service = Service::start(&variables);
    service.tell("file-size 0");
    assert_eq!(service.tell_last("return 0"), End { status: 0, stderr: String::new() });
}

fn lock(path: &Path) -> File {
    let file = File::open(path).unwrap();
    // SAFETY: no pointers are passed.
    assert_eq!(unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX) }, 0);
    file
}

#[test]
fn a_program_without_variables_finds_its_run() {
    let root = scratch();
    let builds = root.path().join("livecov/count-1");
    fs::create_dir_all(builds.join("runs")).unwrap();
    fs::create_dir_all(builds.join("debug/livecov")).unwrap();
    let program = builds.join("debug/livecov/service");
    copy_program(exe(Mode::Count), &program);
    let data = root.path().join("data");
    fs::create_dir(&data).unwrap();
    let start = || Service::of(clean(&program));
    let name = builds.join("runs").join(std::process::id().to_string());
    for file in [name, builds.join("runs/last")] {
        fs::write(&file, format!("{}\n@livecov-nobody\n", text(&data))).unwrap();
        assert_eq!(start().tell_last("return 0"), End { status: 0, stderr: String::new() });
        assert_eq!(files(&data), 0, "the run is over");
        let held = lock(&file);
        let mut service = start();
        service.tell("step");
        assert_eq!(service.killed("TERM"), End { status: -15, stderr: String::new() });
        assert_eq!((files(&data), ran(&data, "step")), (1, 1), "{}", text(&file));
        assert_eq!(start().tell_last("leave 3").status, 3);
        assert_eq!(files(&data), 2);
        drop(held);
        fs::remove_file(&file).unwrap();
        fs::remove_dir_all(&data).unwrap();
        fs::create_dir(&data).unwrap();
    }
}
