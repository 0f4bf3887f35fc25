//! `report`: lines, units, functions and branches that ran, for people and machines.

use crate::coverage::build::build;
use crate::coverage::changes::{self, Diff};
use crate::coverage::config::complete::complete;
use crate::coverage::contexts;
use crate::coverage::formats::{Format, Material, check_epoch};
use crate::coverage::gather::{Gathered, Version, Wanted, gather};
use crate::coverage::model::Project;
use crate::coverage::never_ran;
use crate::coverage::omissions;
use crate::coverage::opts::{By, ColorChoice, CoverageOpts};
use crate::coverage::presence::Programs;
use crate::coverage::remap::Remap;
use crate::coverage::select::FileFilter;
use crate::coverage::source::Sources;
use crate::coverage::terminal::paint::Painter;
use crate::coverage::terminal::rows::{self, Row};
use crate::coverage::terminal::{changed, lists, show, table};
use crate::coverage::unite::{FileSums, unite};
use crate::error::Error;
use crate::input::{Inputs, Request, Subdirectories, list};
use crate::output::OutputFile;
use crate::pattern::PackageFilter;
use crate::selection::Selection;
use crate::session::Session;
use crate::since;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Runs the command.
///
/// # Errors
///
/// Those of the inputs and outputs; [`Error::Threshold`] if coverage is below a limit, and [`Error::Unsuitable`] if there
/// are no data at all.
pub fn run(session: &mut Session<'_>, opts: &CoverageOpts) -> Result<(), Error> {
    let typed = opts;
    let opts = &complete(session, typed)?;
    let outputs = outputs(opts)?;
    check_epoch(session, outputs.iter().map(|(format, _)| *format));
    let sources = Sources::new(&opts.source_root);
    for root in opts.source_root.iter().filter(|root| !root.is_dir()) {
        session.warn(&format!("--source-root {}: there is no such directory", root.display()));
    }
    let project = load_with_changes(session, [typed, opts], &sources)?;
    let by = opts.by.unwrap_or_default();
    let mut rows = rows::rows(&project, by);
    rows::sort(&mut rows, opts.sort.unwrap_or_default(), opts.reverse == Some(true));
    for (format, path) in outputs {
        let material = Material { project: &project, sources: &sources, rows: &rows, heading: heading(by) };
        write_to(session, path, |out| format.write(material, out))?;
    }
    if has_view(opts) {
        let view = View::new(session, opts, &sources);
        write_to(session, opts.formats.output_path(), |out| view.write(&project, &rows, out))?;
    }
    if opts.never_ran {
        never_ran::say(session, &project);
    }
    check(&project, opts)?;
    if project.mode.is_none() {
        let inputs = opts.common.listed().chain(opts.common.extra.iter().map(OsString::as_os_str));
        let inputs: Vec<_> = inputs.map(|input| input.display().to_string()).collect();
        return Err(Error::Unsuitable(format!(
            "no data could be read from {}: the report is empty",
            inputs.join(", ")
        )));
    }
    Ok(())
}

/// Whether the table, or what stands in its place, is wanted: the list of what never ran goes beside files of all formats.
fn has_view(opts: &CoverageOpts) -> bool {
    let goes_beside = || opts.formats.wanted().iter().all(|(_, path)| path.is_some());
    opts.formats.have_table() || opts.never_ran && goes_beside()
}

/// Reads what a report is about, and what it is held against.
fn load_with_changes(
    session: &mut Session<'_>,
    [typed, opts]: [&CoverageOpts; 2],
    sources: &Sources,
) -> Result<Project, Error> {
    if let Some(flag) = opts.limits.flags_about_changes().first().filter(|_| !opts.changes.has_diff()) {
        return Err(Error::Usage(format!("{flag} needs --diff or --diff-file, which say what changed")));
    }
    // A revision that there is not should not cost the time of reading the data.
    let diff = Diff::read(&opts.changes, opts.source_root.first().map(PathBuf::as_path))?;
    let selection = Selection::new(&opts.selection)?;
    let (inputs, earlier) = (directories(session, opts)?, opts.selection.earlier(session));
    let data = Data { inputs, earlier, selection: selection.as_ref(), typed: Some(typed) };
    let mut project = load(session, opts, data, sources)?;
    let dirs = opts.changes.baseline_dirs(session);
    let mut baseline = None;
    if !dirs.is_empty() {
        let old = load(session, opts, Data { inputs: dirs.clone(), ..Data::default() }, sources)?;
        changes::check_baseline(&dirs, &old)?;
        baseline = Some((dirs, old));
    }
    if opts.changes.is_wanted() {
        changes::attach(session, &mut project, diff, baseline, sources)?;
    }
    Ok(project)
}

/// Which data are read.
#[derive(Clone, Debug, Default)]
pub struct Data<'d> {
    /// Directories, counter files and archives.
    pub inputs: Vec<PathBuf>,
    /// The same of earlier data, which are taken off.
    pub earlier: Vec<PathBuf>,
    /// Which runs; all if there is none.
    pub selection: Option<&'d Selection>,
    /// The command line without what the configuration file adds; none if the report is about other data.
    pub typed: Option<&'d CoverageOpts>,
}

/// Reads data.
///
/// # Errors
///
/// Those of the inputs.
pub fn load(
    session: &mut Session<'_>,
    opts: &CoverageOpts,
    data: Data<'_>,
    sources: &Sources,
) -> Result<Project, Error> {
    let packages = PackageFilter::new(&opts.common.packages);
    let packages = packages.workspace_only(opts.selection.workspace_only);
    let remap = Remap::new(&opts.remap).map_err(Error::Usage)?;
    let filter = filter_of(opts)?;
    let subdirectories = Subdirectories::Read;
    let Data { inputs, earlier, selection, typed } = data;
    let inputs = Inputs::find_in(session, Request { inputs, earlier: earlier.clone(), subdirectories })?;
    // The other formats have no place for it, and it means to look at data twice.
    let has_contexts = opts.formats.wanted().iter().any(|(format, _)| matches!(format, Format::Html | Format::Json));
    let wanted = Wanted { packages: &packages, remap: &remap, has_contexts, selection };
    let mut programs = match typed {
        Some(_) => Programs::read(&opts.binary, has_view(opts) || opts.never_ran, opts.builds.as_deref())?,
        None => Programs::default(),
    };
    let mut gathered = gather(session, inputs, wanted, &mut programs)?;
    programs.report(session);
    if let Some(selection) = selection {
        selection.report(session);
    }
    gathered.since.report(session, &earlier)?;
    let mut files = unite(session, &gathered.versions, sources)?;
    let unused = typed.map(|typed| unused_patterns(&gathered, &files, typed)).transpose()?;
    let first = files.keys().next().map(|path| format!("{path}, and {} more", files.len() - 1));
    files.retain(|path, sum| filter.matches([path, sum.plain_path.as_deref().unwrap_or(path)]));
    if let Some(others) = first.filter(|_| files.is_empty()) {
        session.warn(&format!("the filters leave no file: the data are of {others}"));
    } else {
        unused.into_iter().flatten().for_each(|pattern| session.warn(&format!("{pattern} fits no file of the data")));
    }
    if typed.is_some() {
        warn_of_unused_packages(session, &gathered, &packages, opts.selection.workspace_only);
    }
    let mut project = build(&gathered, files);
    project.omissions.retain(|omission| filter.matches([&omission.path]));
    let note = contexts::attach(&mut project, &mut gathered);
    project.notes.extend(note);
    for note in &project.notes {
        session.warn(note);
    }
    project.since = since::names(&earlier);
    project.unknown_programs = programs.unknown();
    if typed.is_some() {
        project.remarks().iter().for_each(|remark| session.record(remark));
    }
    project.notes = session.warnings().to_vec();
    project.provenance.left_out_count = session.left_out_count();
    Ok(project)
}

/// Names patterns of packages that fit nothing.
fn warn_of_unused_packages(
    session: &mut Session<'_>,
    gathered: &Gathered,
    packages: &PackageFilter,
    is_workspace_only: bool,
) {
    let paths = || gathered.paths.iter().map(Vec::as_slice);
    if gathered.paths.is_empty() {
        return;
    }
    for pattern in packages.unused(paths()) {
        session.warn(&format!("--pkg {pattern} fits no package of the data"));
    }
    if is_workspace_only && gathered.versions.is_empty() {
        session.warn("--workspace-only leaves nothing: all crates of the data are from registries or git");
    }
}

fn filter_of(opts: &CoverageOpts) -> Result<FileFilter, Error> {
    FileFilter::new(&opts.filter, &opts.exclude_files, &opts.ignore_filename_regex).map_err(Error::Usage)
}

/// Patterns of the command line that fit nothing: they were not meant so. The configuration file is for all data of a
/// project.
fn unused_patterns(gathered: &Gathered, files: &FileSums, typed: &CoverageOpts) -> Result<Vec<String>, Error> {
    let versions = &gathered.versions;
    let omitted: Vec<String> = versions.iter().flat_map(Version::omitted_paths).collect();
    let paths = files.iter().flat_map(|(path, sum)| [Some(path.as_str()), sum.plain_path.as_deref()]);
    let paths = paths.flatten().chain(omitted.iter().map(String::as_str));
    let functions = versions.iter().flat_map(|version| &version.functions);
    let originals = functions.map(|function| function.original_file.as_str());
    let remap = Remap::new(&typed.remap).map_err(Error::Usage)?;
    let filter = filter_of(typed)?;
    Ok(filter.unused(paths).map(str::to_owned).chain(remap.unused(originals)).filter(|_| !files.is_empty()).collect())
}

/// The input directories: those behind `-i`, and those behind nothing.
fn directories(session: &mut Session<'_>, opts: &CoverageOpts) -> Result<Vec<PathBuf>, Error> {
    let mut dirs = list::paths(session, opts.common.listed());
    dirs.extend(opts.common.extra.iter().map(PathBuf::from));
    if dirs.is_empty() {
        return Err(Error::Usage("name the input directories: livecov report DIR...".into()));
    }
    Ok(dirs)
}

/// The formats with the files that they go to; none for standard output.
fn outputs(opts: &CoverageOpts) -> Result<Vec<(Format, Option<&Path>)>, Error> {
    let mut outputs = opts.formats.wanted();
    let mut unnamed = outputs.iter_mut().filter(|(_, path)| path.is_none());
    if let Some((_, path)) = unnamed.next() {
        *path = opts.formats.output_path();
    }
    if unnamed.next().is_some() {
        return Err(Error::Usage("only one format can go to one place: name files, such as --lcov=FILE".into()));
    }
    Ok(outputs)
}

/// Lets `write` write to a file, or to standard output.
fn write_to(
    session: &mut Session<'_>,
    path: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let Some(path) = path else { return write(session.out).map_err(Error::output) };
    let mut file = OutputFile::create(path)?;
    write(&mut file).map_err(|source| Error::file("writing", path, source))?;
    file.commit()
}

fn check(project: &Project, opts: &CoverageOpts) -> Result<(), Error> {
    let mut violations = opts.limits.violations(project);
    violations.extend(opts.count_limits.violations(project));
    if violations.is_empty() { Ok(()) } else { Err(Error::Threshold(violations.join("\nerror: "))) }
}

const fn heading(by: By) -> &'static str {
    match by {
        By::File => "File",
        By::Crate => "Crate",
        By::Module => "Module",
        By::Function => "Function",
    }
}

/// What goes to the terminal, and how.
struct View<'o> {
    opts: &'o CoverageOpts,
    sources: &'o Sources,
    painter: Painter,
    width: Option<usize>,
}

impl<'o> View<'o> {
    fn new(session: &Session<'_>, opts: &'o CoverageOpts, sources: &'o Sources) -> Self {
        let is_terminal = session.is_on_terminal() && opts.formats.output_path().is_none();
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let is_on = match opts.color.unwrap_or_default() {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => is_terminal && !is_set("NO_COLOR") && !is_dumb,
        };
        let terminal_width =
            || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)).filter(|_| is_terminal);
        let width = opts.width.or_else(|| session.wished_columns()).or_else(terminal_width);
        Self { opts, sources, painter: Painter { is_on }, width }
    }

    fn write(&self, project: &Project, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
        let opts = self.opts;
        if opts.never_ran {
            return never_ran::write(project, out);
        }
        if opts.show {
            return show::write(project, self.sources, self.painter, out);
        }
        if opts.changes.is_wanted() {
            return changed::write(project, &opts.changes, self.width, self.painter, out);
        }
        let by = opts.by.unwrap_or_default();
        table::write(out, heading(by), rows, &project.totals, self.width, self.painter)?;
        if opts.missing == Some(true) && project.totals.lines.missed() > 0 {
            writeln!(out, "\nLines that did not run:")?;
            lists::write_missing(project, out)?;
        }
        if let Some(summary) = omissions::summary(&project.omissions) {
            let hint = if opts.omissions == Some(true) { ":" } else { " (--omissions lists them)" };
            writeln!(out, "\n{summary}{hint}")?;
        }
        if opts.omissions == Some(true) {
            lists::write_omissions(&project.omissions, out)?;
        }
        if let Some(remark) = never_ran::remark(project) {
            writeln!(out, "\n{remark}")?;
        }
        for remark in project.remarks() {
            writeln!(out, "\n{remark}")?;
        }
        Ok(())
    }
}
