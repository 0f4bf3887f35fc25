//! For build scripts of fixture programs: finds `cov!(function, number)` in their sources and writes
//! `OUT_DIR/coverage.rs`, which the crate root includes first of all. A unit is the line that its probe stands on; the
//! probes of a function are numbered from zero in the order of the source.

use livecov_format::encode::package::PackageBuilder;
use livecov_format::model::{FunctionDesc, Unit};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// One function found: its name, its file, and its units.
struct Function {
    name: String,
    file: String,
    units: Vec<Unit>,
}

/// Instruments the package that is being built. `path` is its package path in the data.
///
/// # Panics
///
/// On anything unexpected: this is a build script.
pub fn instrument(path: &str) {
    println!("cargo::rerun-if-env-changed=FIXTURE_MODE");
    println!("cargo::rerun-if-changed=src");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let mut functions = Vec::new();
    let mut sources: Vec<_> = fs::read_dir(root.join("src")).unwrap().map(|entry| entry.unwrap().path()).collect();
    sources.sort();
    for source in sources {
        find(&source, &root, &mut functions);
    }
    write(path, &functions);
}

/// Writes the same for functions that are not in a source: `functions[n]` units each, named `f0`, `f1` and so on.
pub fn describe(path: &str, functions: &[usize]) {
    println!("cargo::rerun-if-env-changed=FIXTURE_MODE");
    let functions: Vec<_> = functions
        .iter()
        .enumerate()
        .map(|(number, count)| Function {
            name: format!("f{number}"),
            file: format!("{path}/made-up.rs"),
            units: (0..*count).map(|unit| unit_at(unit as u32 + 1, 1)).collect(),
        })
        .collect();
    write(path, &functions);
}

/// The counting mode that is asked for; `None` for a plain build.
pub fn mode() -> Option<String> {
    let mode = env::var("FIXTURE_MODE").unwrap_or_else(|_| "set".to_owned());
    assert!(["set", "count", "atomic", "none"].contains(&mode.as_str()), "unknown FIXTURE_MODE {mode}");
    (mode != "none").then_some(mode)
}

fn unit_at(line: u32, column: u32) -> Unit {
    Unit { start_line: line, start_col: column, end_line: line + 1, end_col: 1, statement_count: 1 }
}

fn find(source: &Path, root: &Path, functions: &mut Vec<Function>) {
    let text = fs::read_to_string(source).unwrap();
    let file = source.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
    for (row, line) in text.lines().zip(1u32..) {
        let Some((before, rest)) = row.split_once("cov!(") else { continue };
        let Some((marker, _)) = rest.split_once(')') else { continue };
        let Some((name, number)) = marker.split_once(", ") else { continue };
        let Ok(number) = number.parse::<usize>() else { continue };
        let unit = unit_at(line, before.len() as u32 + 1);
        match functions.iter_mut().find(|function| function.name == name) {
            Some(function) => {
                assert_eq!(function.units.len(), number, "{file}:{line}: units are numbered in order");
                function.units.push(unit);
            }
            None => functions.push(Function { name: name.to_owned(), file: file.clone(), units: vec![unit] }),
        }
    }
}

fn write(path: &str, functions: &[Function]) {
    let text = match mode() {
        Some(mode) => generated(path, functions, &mode),
        None => "#[allow(unused_macros)]\nmacro_rules! cov { ($($any:tt)*) => {}; }\n".to_owned(),
    };
    fs::write(Path::new(&env::var_os("OUT_DIR").unwrap()).join("coverage.rs"), text).unwrap();
}

fn generated(path: &str, functions: &[Function], mode: &str) -> String {
    let name = env::var("CARGO_PKG_NAME").unwrap();
    let module = format!("{name}@{}", env::var("CARGO_PKG_VERSION").unwrap());
    let mut package = PackageBuilder::new(path.as_bytes(), name.as_bytes(), module.as_bytes()).unwrap();
    for function in functions {
        package.add_function(&FunctionDesc {
            name: function.name.as_bytes(),
            file: function.file.as_bytes(),
            is_literal: false,
            units: &function.units,
        });
    }
    let blob = package.finish().unwrap();
    let tag = u32::from_le_bytes(*blob.hash.first_chunk().unwrap());
    let counts: Vec<_> = functions.iter().map(|function| function.units.len()).collect();
    let blob_file = Path::new(&env::var_os("OUT_DIR").unwrap()).join("package.blob");
    fs::write(&blob_file, &blob.bytes).unwrap();
    let mut text = format!(
        "#[allow(missing_docs)]\npub mod __coverage {{\n    livecov_rt::__abi_v1::package! {{\n        mode: {mode}, granularity: \
         perblock, tag: {tag}, counters: {}, functions: {counts:?},\n        meta: include_bytes!({blob_file:?}),\n    }}\n",
        counts.iter().sum::<usize>(),
    );
    // One rule with a constant for each function: a rule for each unit takes time in the square of their number.
    text.push_str("    #[allow(non_upper_case_globals)]\n    pub mod first {\n");
    let mut index = 0;
    for function in functions {
        writeln!(text, "        pub const {}: usize = {index};", function.name).unwrap();
        index += function.units.len();
    }
    let place = "$crate::__coverage::first::$function + $unit";
    let probe = format!("livecov_rt::__abi_v1::probe!({mode}, $crate::__coverage::SLAB, ({place}))");
    writeln!(text, "    }}\n}}\n#[allow(unused_macros)]\nmacro_rules! cov {{").unwrap();
    writeln!(text, "    ($function:ident, $unit:literal) => {{ {probe} }};\n}}").unwrap();
    text
}
