//! Functions that never ran, and which of them programs have no code of.

use super::model::{File, Function, Project};
use super::presence::Presence;
use super::terminal::paint::harmless;
use crate::session::Session;
use std::io::{self, Write};

/// How many functions never ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    /// All.
    all: usize,
    /// No program has code of them.
    absent: usize,
    /// Nobody knows whether a program has.
    unknown: usize,
}

fn count(project: &Project) -> Counts {
    let mut counts = Counts::default();
    for (_, function) in functions(project) {
        counts.all += 1;
        counts.absent += usize::from(function.presence == Presence::Absent);
        counts.unknown += usize::from(function.presence == Presence::Unknown);
    }
    counts
}

/// The functions that never ran, as they stand in the files.
fn functions(project: &Project) -> impl Iterator<Item = (&File, &Function)> {
    let all = project.files.iter().flat_map(|file| file.functions.iter().map(move |function| (file, function)));
    all.filter(|(_, function)| function.has_never_run())
}

/// Writes the functions that never ran, but for those that no program has code of, as `src/a.rs:40 name`, by path, line and
/// name.
///
/// # Errors
///
/// Those of `out`.
pub fn write(project: &Project, out: &mut dyn Write) -> io::Result<()> {
    let listed = functions(project).filter(|(_, function)| function.presence != Presence::Absent);
    let mut listed: Vec<_> =
        listed.map(|(file, function)| (&*file.path, function.span.start_line, &*function.name)).collect();
    listed.sort_unstable();
    for (path, line, name) in listed {
        writeln!(out, "{}:{line} {}", harmless(path), harmless(name))?;
    }
    Ok(())
}

/// Says beside the list how long it is, and what is not in it.
pub fn say(session: &mut Session<'_>, project: &Project) {
    let Counts { all, absent, unknown } = count(project);
    if project.totals.functions.total == 0 {
        return;
    }
    let dropped = match absent {
        0 => String::new(),
        _ => format!(", and {absent} more have no code in the programs: the compiler or the linker dropped them"),
    };
    session.note(&format!("{} never ran{dropped}", functions_text(all - absent)));
    if unknown > 0 {
        let programs = match project.unknown_programs.as_slice() {
            [] => String::new(),
            [first, others @ ..] => {
                let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
                format!(" ({first}{more} cannot be looked at)")
            }
        };
        session.note(&format!(
            "whether the programs have code of {} is not known{programs}: name the programs by --binary",
            functions_text(unknown)
        ));
    }
}

/// The note under the table; none if nothing is known to have been dropped.
#[must_use]
pub fn remark(project: &Project) -> Option<String> {
    let Counts { all, absent, unknown } = count(project);
    let rest = if unknown > 0 { format!("; of {unknown} it is not known") } else { String::new() };
    (absent > 0).then(|| {
        format!(
            "{absent} of {} that never ran have no code in the programs: the compiler or the linker dropped them{rest} \
             (--never-ran lists the others)",
            functions_text(all)
        )
    })
}

fn functions_text(count: usize) -> String {
    if count == 1 { "1 function".to_owned() } else { format!("{count} functions") }
}
