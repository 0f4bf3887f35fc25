//! Damaged files through every command, beside files that are not damaged.

use crate::kinds::{Damage, in_parallel};
use crate::table::Table;
use crate::{Case, Part, cases};
use livecov_format::decode::{DecodeError, MetaFile};
use livecov_tests::model::{Program, Run};
use livecov_tests::samples::{self, Pod};
use livecov_tests::{files, paths};
use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Columns of the table.
const COLUMNS: [&str; 6] =
    ["named and left out", "report unchanged", "named, the rest used", "silently different", "status not 0", "panic"];
const LEFT_OUT: usize = 0;
const UNCHANGED: usize = 1;
const PARTLY: usize = 2;
const SILENT: usize = 3;
const FAILED: usize = 4;
const PANIC: usize = 5;

/// What a command on files of a few hundred bytes may allocate at once.
const MEMORY: u64 = 8 << 20;

const COMMAND_COUNT: usize = 11;

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer {
    status: u8,
    report: Report,
    err: String,
}

/// All that a command says: on standard output, and in files.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Report {
    out: Vec<u8>,
    files: Vec<(String, Content)>,
}

/// What a file says: copies of meta files keep bytes that say nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Meta(Result<Program, DecodeError>),
    Counters(Result<Run, DecodeError>),
    Text(Vec<u8>),
}

impl Content {
    fn of(name: &str, bytes: Vec<u8>) -> Self {
        if name.starts_with("covmeta.") {
            Self::Meta(Program::decode(&bytes))
        } else if name.starts_with("covcounters.") {
            Self::Counters(Run::decode(&bytes))
        } else {
            Self::Text(bytes)
        }
    }
}

/// Directories with a pod that is damaged and one that is not.
struct Stage {
    dir: TempDir,
    damaged: PathBuf,
    /// The names of the pod's files in both directories.
    pod_files: Vec<PathBuf>,
    /// A pattern for `-pkg` that chooses part of the packages.
    pattern: String,
    intact: Vec<Report>,
    without: Vec<Report>,
}

/// In memory where that is possible: the suite writes some hundred thousand files.
fn temp_dir() -> TempDir {
    let memory = Path::new("/dev/shm");
    let dir = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    dir.expect("a temporary directory")
}

impl Stage {
    fn new(case: &Case) -> Self {
        let dir = temp_dir();
        let (first, second) = (dir.path().join("first"), dir.path().join("second"));
        paths::make_dir(&dir.path().join("out"));
        let pod = &case.pod;
        let meta = MetaFile::parse(&pod.meta).expect("the undamaged file is sound");
        let bystander = samples::bystander(meta.mode);
        let mut pod_files = vec![write_meta(&first, pod)];
        pod_files.push(write_counters(&first, pod, 0, 1));
        pod_files.push(write_counters(&first, pod, 1, 2));
        pod_files.push(write_counters(&second, pod, 1, 3));
        write_meta(&first, &bystander);
        write_counters(&first, &bystander, 0, 1);
        write_meta(&second, &bystander);
        write_counters(&second, &bystander, 1, 2);
        let pattern = String::from_utf8_lossy(meta.packages[0].path).into_owned() + ",other";
        let damaged = match case.part {
            Part::Meta => pod_files[0].clone(),
            Part::Counters => pod_files[1].clone(),
        };
        let mut stage = Self { dir, damaged, pod_files, pattern, intact: Vec::new(), without: Vec::new() };
        stage.intact = stage.baseline();
        let gone = match case.part {
            Part::Meta => stage.pod_files.clone(),
            Part::Counters => vec![stage.damaged.clone()],
        };
        let kept: Vec<Vec<u8>> = gone.iter().map(|path| files::read(path)).collect();
        gone.iter().for_each(|path| std::fs::remove_file(path).expect("the file is there"));
        stage.without = stage.baseline();
        gone.iter().zip(&kept).for_each(|(path, bytes)| files::write(path, bytes));
        stage
    }

    /// The reports on undamaged files, where nothing may be said of damage.
    fn baseline(&self) -> Vec<Report> {
        let reports = (0..COMMAND_COUNT).map(|number| {
            let answer = self.run(number, false);
            assert_eq!((answer.status, answer.err.as_str()), (0, ""), "{:?}", self.command(number));
            assert_eq!(answer, self.run(number, true), "not the same twice: {:?}", self.command(number));
            answer.report
        });
        reports.collect()
    }

    fn path(&self, name: &str) -> String {
        paths::text(&self.dir.path().join(name)).to_owned()
    }

    /// Command number `number` without the program's name.
    fn command(&self, number: usize) -> Vec<String> {
        let (first, second, out) = (self.path("first"), self.path("second"), self.path("out"));
        let (one, both, out_dir) = (format!("-i={first}"), format!("-i={first},{second}"), format!("-o={out}"));
        let command: [&[&str]; COMMAND_COUNT] = [
            &["percent", &one],
            &["func", &one],
            &["pkglist", &one],
            &["textfmt", &one, &format!("-o={out}/profile")],
            &["debugdump", &one],
            &["merge", &one, &out_dir],
            &["merge", "-pcombine", &one, &out_dir],
            &["merge", &format!("-pkg={}", self.pattern), &one, &out_dir],
            &["subtract", &both, &out_dir],
            &["intersect", &both, &out_dir],
            &["report", "--missing", "--omissions", "--no-config", &one],
        ];
        command[number].iter().map(|arg| String::from(*arg)).collect()
    }

    fn run(&self, number: usize, is_strict: bool) -> Answer {
        let mut args = vec![OsString::from("livecov")];
        args.extend(self.command(number).into_iter().map(OsString::from));
        // Allocations are counted on this thread alone.
        args.push("--threads=1".into());
        if is_strict {
            args.push("--strict".into());
        }
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let status = livecov::run(args, &mut out, &mut err);
        let out_dir = self.dir.path().join("out");
        let files = files::list(&out_dir).into_iter().map(|path| {
            let bytes = files::read(&path);
            std::fs::remove_file(&path).expect("the file is there");
            (steady_name(&path), Content::of(files::name(&path), bytes))
        });
        let mut files: Vec<_> = files.collect();
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        // The banner of `debugdump` quotes the command, and with it `--strict`.
        let out = match out.windows(5).position(|window| window == b"\n */\n") {
            Some(end) if number == 4 => out.split_off(end),
            _ => out,
        };
        Answer { status, report: Report { out, files }, err: String::from_utf8_lossy(&err).into_owned() }
    }

    /// The column of what command number `number` made of the damage.
    fn outcome(&self, number: usize) -> usize {
        let mut answer = None;
        let memory = allocation_counter::measure(|| {
            answer = catch_unwind(AssertUnwindSafe(|| self.run(number, false))).ok();
        });
        assert!(memory.bytes_max <= MEMORY, "{:?}: {} bytes allocated", self.command(number), memory.bytes_max);
        let Some(answer) = answer else { return PANIC };
        let is_named = answer.err.contains(files::name(&self.damaged));
        match answer {
            Answer { status, .. } if status != 0 => FAILED,
            Answer { report, .. } if is_named && report == self.without[number] => LEFT_OUT,
            _ if is_named => PARTLY,
            Answer { report, .. } if report == self.intact[number] => UNCHANGED,
            _ => SILENT,
        }
    }

    /// The columns of what each command made of the damage.
    fn outcomes(&self, case: &Case, damage: Damage) -> [usize; COMMAND_COUNT] {
        files::write(&self.damaged, &damage.apply(case.bytes()));
        let columns = std::array::from_fn(|number| self.outcome(number));
        // One command for each damage, in turn: all would double the time.
        let number = match damage {
            Damage::Cut(len) => len,
            Damage::Change(offset, value) => offset + usize::from(value),
        } % COMMAND_COUNT;
        let is_named = matches!(columns[number], LEFT_OUT | PARTLY);
        let strict = self.run(number, true);
        let command = self.command(number);
        assert_eq!(strict.status, u8::from(is_named), "{}, {damage:?}, {command:?}: {}", case.name, strict.err);
        columns
    }
}

fn write_meta(dir: &Path, pod: &Pod) -> PathBuf {
    write(dir, &format!("covmeta.{}", pod.tag), &pod.meta)
}

fn write_counters(dir: &Path, pod: &Pod, run: usize, process: usize) -> PathBuf {
    write(dir, &format!("covcounters.{}.{process}.{process}", pod.tag), &pod.runs[run])
}

fn write(dir: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = paths::make_dir(dir).join(name);
    files::write(&path, bytes);
    path
}

/// The name without the time of writing.
fn steady_name(path: &Path) -> String {
    let name = files::name(path);
    match name.rsplit_once('.') {
        Some((steady, _)) if name.starts_with("covcounters.") => steady.to_owned(),
        _ => name.to_owned(),
    }
}

#[test]
fn every_damage_through_every_command() {
    let mut table = Table::new("commands", COLUMNS);
    let mut broken = Vec::new();
    for case in cases() {
        let damages = Damage::all(case.bytes());
        let outcomes = in_parallel(&damages, |_| Stage::new(&case), |stage, damage| stage.outcomes(&case, damage));
        let mut cells = Vec::new();
        for (damage, columns) in damages.iter().zip(&outcomes) {
            for (number, column) in columns.iter().enumerate() {
                cells.push((damage.row(), *column));
                let is_allowed =
                    matches!(*column, LEFT_OUT | UNCHANGED) || !case.is_covered && matches!(*column, PARTLY | SILENT);
                if !is_allowed {
                    broken.push(format!("{}, {damage:?}, command {number}: {}", case.name, COLUMNS[*column]));
                }
            }
        }
        table.add(case.name, case.bytes().len(), cells);
    }
    assert!(broken.is_empty(), "{} times, such as\n{}", broken.len(), broken[..broken.len().min(40)].join("\n"));
    table.check();
}
