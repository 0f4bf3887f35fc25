//! A Python host with an extension module by PyO3.

use crate::count;
use crate::host::{End, Host};
use crate::signals::wait_for_files;
use libc::{SIGABRT, SIGHUP, SIGINT, SIGSEGV, SIGTERM, SIGUSR2};
use livecov_tests::cargo_livecov::Project;
use livecov_tests::compare::scratch;
use livecov_tests::files::counter_files;
use livecov_tests::go::clean;
use livecov_tests::paths::programs_dir;
use livecov_tests::pods::Pods;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

fn project() -> Project {
    Project::new("pyo3", &programs_dir().join("pyo3"))
}

fn module() -> &'static Path {
    static MODULE: OnceLock<PathBuf> = OnceLock::new();
    MODULE.get_or_init(|| {
        let build = project().build(&["--mode", "count"]);
        assert_eq!(build.warnings, Vec::<String>::new());
        build.folder.join("libextension.so")
    })
}

fn plain_module() -> &'static Path {
    static MODULE: OnceLock<PathBuf> = OnceLock::new();
    MODULE.get_or_init(|| project().build_plain(&[]).join("libextension.so"))
}

fn start(module: &Path, variables: &[(&str, &Path)]) -> Host {
    let mut python = clean(Path::new("python3"));
    python.arg("-u").arg(programs_dir().join("pyo3/host.py")).arg(module).envs(variables.iter().copied());
    Host::of(&mut python)
}

/// With its data in `data`, and a signal to dump; the module has run once.
fn recorded(data: &Path) -> Host {
    let mut host = start(module(), &[("LIVECOV_DIR", data), ("LIVECOV_DUMP_SIGNAL", Path::new("USR2"))]);
    assert_eq!(host.ask("module.twice(21)"), "42");
    host
}

#[track_caller]
fn twice_ran(data: &Path) -> u64 {
    let pods = Pods::of(data);
    count(&pods, "extension", "twice")
}

#[test]
fn the_dump_signal_writes_and_python_goes_on() {
    let data = scratch();
    let mut host = recorded(data.path());
    for count in 1..=2 {
        host.send(SIGUSR2);
        wait_for_files(data.path(), count);
        assert_eq!(host.ask("module.checked(0)"), "not positive");
    }
    assert_eq!(twice_ran(data.path()), 1);
    assert_eq!(host.end(), End::well());
    assert_eq!(counter_files(data.path()).len(), 1, "one file for the end of the process");
}

/// SIGINT is Python's own: an exception, a traceback, and only then the end.
#[test]
fn what_ends_python_ends_it_as_without_probes_and_keeps_the_data() {
    for signal in [SIGTERM, SIGHUP, SIGABRT, SIGSEGV, SIGINT] {
        let mut host = start(plain_module(), &[]);
        host.ask("module.twice(1)");
        host.send(signal);
        let plain = host.wait();
        let data = scratch();
        let mut host = recorded(data.path());
        assert_eq!(host.ask("signal.getsignal(signal.SIGTERM)"), "<Handlers.SIG_DFL: 0>");
        host.send(signal);
        let end = host.wait();
        // In which line an interrupt comes differs from run to run.
        let last_line = |end: &End| end.stderr.lines().last().unwrap_or_default().to_owned();
        assert_eq!((end.code, end.signal, last_line(&end)), (None, Some(signal), last_line(&plain)), "{signal}");
        assert_eq!((plain.code, plain.signal), (end.code, end.signal));
        assert_eq!(last_line(&plain), if signal == SIGINT { "KeyboardInterrupt" } else { "" });
        assert_eq!(twice_ran(data.path()), 1, "{signal}");
    }
}

/// A fault in Python code's own thread, far from the module.
#[test]
fn a_fault_keeps_the_data() {
    let data = scratch();
    let mut host = recorded(data.path());
    host.say("ctypes.string_at(8)");
    assert_eq!(host.wait().signal, Some(SIGSEGV));
    assert_eq!(twice_ran(data.path()), 1);
}

#[test]
fn handlers_that_python_code_installs_win() {
    let data = scratch();
    let mut host = recorded(data.path());
    host.ask("signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(7))");
    host.send(SIGTERM);
    // Python calls it between two instructions of its own.
    host.say("time.sleep(60)");
    assert_eq!(host.wait(), End { code: Some(7), ..End::well() });
    assert_eq!(twice_ran(data.path()), 1);
}

/// Children start from zero, though it is not the module that forks.
#[test]
fn children_count_for_themselves() {
    let data = scratch();
    let mut host = recorded(data.path());
    for _ in 0..3 {
        assert_eq!(host.ask("in_child(lambda: module.twice(1))"), "0");
    }
    assert_eq!(host.ask("in_child(lambda: (module.twice(1), os.kill(os.getpid(), signal.SIGTERM)))"), "15");
    assert_eq!(host.end(), End::well());
    let pods = Pods::of(data.path());
    assert_eq!((count(&pods, "extension", "twice"), pods.file_count()), (5, 5));
}

#[test]
fn without_a_variable_python_is_left_alone() {
    let dispositions = "[line for line in open('/proc/self/status') if line[:6] in ('SigBlk', 'SigIgn', 'SigCgt')]";
    let [plain, counted] = [plain_module(), module()].map(|module| {
        let mut host = start(module, &[]);
        let answers = [host.ask("module.twice(4)"), host.ask(dispositions)];
        (answers, host.end())
    });
    assert_eq!(plain, counted);
    let mut host = start(module(), &[]);
    host.send(SIGUSR2);
    assert_eq!(host.wait().signal, Some(SIGUSR2));
}

/// As `docs/examples/ctypes_host.py` does, from inside.
#[test]
fn a_module_is_a_library_for_ctypes() {
    let data = scratch();
    let mut host = recorded(data.path());
    assert_eq!(host.ask("ctypes.CDLL(module.__file__).livecov_take()"), "0");
    assert_eq!(twice_ran(data.path()), 1);
    assert_eq!(host.end(), End::well());
    assert_eq!(twice_ran(data.path()), 0);
}
