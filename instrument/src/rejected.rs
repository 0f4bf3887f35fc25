//! Which functions the compiler's complaints are about.

use crate::functions::Function;
use crate::options::{Complaint, Spot};
use crate::text::Text;
use std::path::Path;

/// The functions that complaints lead to, by number, each with the first
/// reason. `files` are path and text by number.
///
/// What an earlier round took back is not there for a later one, so that a
/// line that is named again leads to what is around it.
pub(crate) fn find(
    rounds: &[Vec<Complaint>],
    files: &[(&Path, &Text)],
    functions: &[Function],
) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for round in rounds {
        let left: Vec<Lines> = functions
            .iter()
            .enumerate()
            .filter(|(number, function)| !function.units.is_empty() && found.iter().all(|(known, _)| known != number))
            .filter_map(|(number, function)| Lines::of(number, function, files))
            .collect();
        let mut now: Vec<(usize, String)> = Vec::new();
        for complaint in round {
            let named = complaint.spots.iter().map(|spot| at(spot, &left)).find(|named| !named.is_empty());
            for number in named.unwrap_or_default() {
                if now.iter().all(|(known, _)| *known != number) {
                    now.push((number, complaint.why.clone()));
                }
            }
        }
        found.append(&mut now);
    }
    found
}

/// Where a function is.
struct Lines<'a> {
    number: usize,
    path: &'a Path,
    start: usize,
    end: usize,
    first: u32,
    last: u32,
    /// Those of the call of another crate's macro around it.
    call: Option<[u32; 2]>,
}

impl<'a> Lines<'a> {
    fn of(number: usize, function: &Function, files: &[(&'a Path, &Text)]) -> Option<Self> {
        let (path, text) = *files.get(function.file)?;
        let (start, end) = (function.outline_start, function.declaration.end);
        let (first, last) = (text.position(start).0, text.position(end.saturating_sub(1).max(start)).0);
        let call = function.call.as_ref().map(|range| [range.start, range.end].map(|offset| text.position(offset).0));
        Some(Self { number, path, start, end, first, last, call })
    }

    const fn is_inside(&self, other: &Self) -> bool {
        other.start <= self.start && self.end <= other.end && self.end - self.start < other.end - other.start
    }
}

fn at(spot: &Spot, functions: &[Lines<'_>]) -> Vec<usize> {
    let here = functions.iter().filter(|function| function.path == spot.path());
    match *spot {
        Spot::At(_, line) => {
            let around: Vec<_> = here.filter(|function| (function.first..=function.last).contains(&line)).collect();
            if around.is_empty() {
                let is_in_call = |function: &&Lines<'_>| {
                    function.path == spot.path()
                        && function.call.is_some_and(|[first, last]| (first..=last).contains(&line))
                };
                return functions.iter().filter(is_in_call).map(|function| function.number).collect();
            }
            let is_innermost = |function: &&&Lines<'_>| !around.iter().any(|other| other.is_inside(function));
            around.iter().filter(is_innermost).map(|function| function.number).collect()
        }
        Spot::Within(_, first, last) => here
            .filter(|function| first <= function.first && function.last <= last)
            .map(|function| function.number)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Cfg, Complaint, Instrumented, Options, ProbeForm, Spot, instrument};
    use livecov_format::model::OmissionReason;
    use livecov_format::vocab::{CounterMode, Granularity};
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    const TEXT: &str = "#[strict]\nfn outer(x: bool) {\n    let c = |y: bool| y && x;\n    fn inner() {\n        if true {}\n    }\n    match x { _ => c(x) };\n}\nfn a() {} fn b() {}\nmacro_rules! m {\n    (a) => { fn first() {} };\n    (b) => { fn second() {} };\n}\nfn main() {}\n";

    fn instrumented(rounds: &[Vec<Complaint>]) -> Instrumented {
        let (cfg, files) = (Cfg::default(), BTreeMap::new());
        let options = Options {
            root: Path::new("/w/main.rs"),
            crate_name: "odd",
            package_path: "odd",
            module_path: "odd@1",
            cfg: &cfg,
            edition: 2021,
            mode: CounterMode::Set,
            granularity: Granularity::PerBlock,
            form: ProbeForm::Assembly,
            runtime: "rt",
            blob_file: Path::new("/b"),
            const_fn: true,
            counts: true,
            include_tests: false,
            arms_signals: true,
            arms_library: false,
            exports: None,
            left_out: &files,
            complaints: rounds,
            display: &|path| path.display().to_string(),
            manifest_dir: None,
        };
        instrument(&options, &mut |_| Ok(TEXT.as_bytes().to_vec())).unwrap()
    }

    fn complaint(spots: &[Spot]) -> Complaint {
        Complaint { why: "bad".to_owned(), spots: spots.to_vec() }
    }

    fn line(line: u32) -> Spot {
        Spot::At(PathBuf::from("/w/main.rs"), line)
    }

    fn names(rounds: &[Vec<Complaint>]) -> Vec<String> {
        instrumented(rounds).rejected.into_iter().map(|rejected| rejected.name).collect()
    }

    #[test]
    fn the_innermost_function_is_meant_then_what_is_around_it() {
        let once = |number| vec![complaint(&[line(number)])];
        assert_eq!(names(&[once(5)]), ["outer::inner"]);
        assert_eq!(names(&[once(5), once(5)]), ["outer::inner", "outer"]);
        assert_eq!(names(&[once(3)]), ["outer"]);
        assert_eq!(names(&[once(1)]), ["outer"]);
        assert_eq!(names(&[once(9)]), ["a", "b"]);
        assert_eq!(names(&[once(11)]), ["first"]);
        assert_eq!(names(&[once(10)]), [""; 0]);
        assert_eq!(names(&[vec![complaint(&[line(3)]), complaint(&[line(7)])]]), ["outer"]);
    }

    #[test]
    fn the_first_spot_that_leads_anywhere_counts() {
        let within = Spot::Within(PathBuf::from("/w/main.rs"), 10, 13);
        let elsewhere = Spot::At(PathBuf::from("/w/other.rs"), 3);
        assert_eq!(names(&[vec![complaint(&[elsewhere, line(99), within, line(3)])]]), ["first", "second"]);
    }

    #[test]
    fn nothing_of_the_function_stays() {
        let before = instrumented(&[]);
        let after = instrumented(&[vec![complaint(&[line(2)])]]);
        let lines = |done: &Instrumented| done.files[0].text.lines().map(str::to_owned).collect::<Vec<_>>();
        let (original, before, new) = (TEXT.lines().collect::<Vec<_>>(), lines(&before), lines(&after));
        assert_eq!([&new[1], &new[2], &new[6]], [original[1], original[2], original[6]]);
        assert!(before[1] != original[1] && before[2] != original[2] && before[6] != original[6]);
        // The function inside of it keeps its probes, and numbers move up.
        assert!(new[3] != original[3] && new[8] != original[8]);
        assert!(new[3].contains("+0]") || new[3].contains(",0)"), "{}", new[3]);
        let [omission] = after.omissions.as_slice() else { panic!("{:?}", after.omissions) };
        assert_eq!((omission.reason, &*omission.detail), (OmissionReason::Rejected, b"bad".as_slice()));
        assert_eq!((omission.span.start_line, omission.span.end_line), (2, 8));
        // What `main` does first goes with its probes.
        let main = instrumented(&[vec![complaint(&[line(14)])]]);
        assert!(lines(&instrumented(&[]))[13].contains("arm_crashes") && lines(&main)[13] == original[13]);
    }
}
