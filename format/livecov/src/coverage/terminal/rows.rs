//! The rows of the table: files, crates, modules or functions.

use crate::coverage::model::{File, Function, Project, Ratio, Totals};
use crate::coverage::opts::{By, Sort};
use std::collections::{BTreeMap, BTreeSet};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it stands for.
    pub name: String,
    /// The same in fewer letters, for narrow terminals, if there is such a name.
    pub short: Option<String>,
    /// Its sums.
    pub totals: Totals,
}

/// The rows of a project.
#[must_use]
pub fn rows(project: &Project, by: By) -> Vec<Row> {
    match by {
        By::File => project.files.iter().map(|file| row(&file.path, file.totals)).collect(),
        By::Crate => {
            let packages = project.packages.iter();
            let has_functions = |totals: &Totals| *totals != Totals::default();
            let rows = packages.filter(|package| has_functions(&package.totals));
            rows.map(|package| row(&package.path, package.totals)).collect()
        }
        By::Module => modules(project),
        By::Function => functions(project),
    }
}

fn row(name: &str, totals: Totals) -> Row {
    Row { name: name.to_owned(), short: None, totals }
}

fn all_functions(project: &Project) -> impl Iterator<Item = (&File, &Function)> {
    project.files.iter().flat_map(|file| file.functions.iter().map(move |function| (file, function)))
}

fn functions(project: &Project) -> Vec<Row> {
    let countable = all_functions(project).filter(|(_, function)| !function.units.is_empty());
    let name =
        |file: &File, function: &Function| format!("{}:{} {}", file.path, function.span.start_line, function.name);
    let short = |function: &Function| Some(function.name.clone());
    countable
        .map(|(file, function)| Row { name: name(file, function), short: short(function), totals: function.totals })
        .collect()
}

fn modules(project: &Project) -> Vec<Row> {
    let names: BTreeSet<(u32, &str)> =
        all_functions(project).map(|(_, function)| (function.package, function.name.as_str())).collect();
    let mut sums: BTreeMap<String, Totals> = BTreeMap::new();
    for (_, function) in all_functions(project) {
        let package = project.packages.get(function.package as usize).map_or("", |package| package.path.as_str());
        let is_function = |name: &str| names.contains(&(function.package, name));
        let module = module_of(&function.name, is_function);
        let name = if module.is_empty() { package.to_owned() } else { format!("{package}::{module}") };
        sums.entry(name).or_default().add(&function.totals);
    }
    sums.into_iter().map(|(name, totals)| row(&name, totals)).collect()
}

/// The modules that a function's name starts with: its leading parts, but for the last, that start with a small letter,
/// as modules do and types do not, and are no functions.
fn module_of(name: &str, is_function: impl Fn(&str) -> bool) -> &str {
    let mut end = 0;
    let mut rest = name;
    while let Some((part, after)) = rest.split_once("::") {
        let is_module = part.starts_with(|c: char| c.is_lowercase() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '#');
        let part_end = name.len() - rest.len() + part.len();
        if !is_module || name.get(..part_end).is_some_and(&is_function) {
            break;
        }
        end = part_end;
        rest = after;
    }
    name.get(..end).unwrap_or_default()
}

/// Sorts rows; those that are equal stay by name.
pub fn sort(rows: &mut [Row], sort: Sort, reverse: bool) {
    let share = |ratio: Ratio| ratio.permille().unwrap_or(u64::MAX);
    let key = |row: &Row| match sort {
        Sort::Name => 0,
        Sort::Lines => share(row.totals.lines),
        Sort::Units => share(row.totals.units),
        Sort::Functions => share(row.totals.functions),
        Sort::Branches => share(row.totals.branches),
        Sort::Missed => u64::MAX - row.totals.lines.missed(),
    };
    rows.sort_by_key(key);
    if reverse {
        rows.reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_told_from_types_and_functions() {
        let is_function = |name: &str| name == "net::outer";
        for (name, module) in [
            ("main", ""),
            ("net::Server::serve", "net"),
            ("net::r#in::close", "net::r#in"),
            ("net::<Codec as Decoder>::decode", "net"),
            ("<net::Codec as Decoder>::decode", ""),
            ("net::outer::inner", "net"),
            ("Type.Method", ""),
        ] {
            assert_eq!(module_of(name, is_function), module, "{name}");
        }
    }
}
