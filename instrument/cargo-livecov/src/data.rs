//! What runs have left: sorted, merged, reported.

use crate::files;
use livecov_format::decode::CounterFile;
use livecov_format::layout::{COUNTER_PREFIX, META_PREFIX};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// Calls the tool for data.
pub(crate) fn livecov(args: Vec<OsString>) -> i32 {
    livecov::run(args, &mut io::stdout(), &mut io::stderr()).into()
}

/// Whether a directory has coverage data.
pub(crate) fn is_there(folder: &Path) -> bool {
    let is_meta = |path: &PathBuf| has_prefix(path, META_PREFIX);
    files::entries(folder).is_ok_and(|entries| entries.iter().any(is_meta))
}

fn has_prefix(path: &Path, prefix: &str) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(prefix.as_bytes()))
}

/// Removes what build scripts left that have counted libraries in them: they
/// did not run for the sake of the program. The compiler's processes are told
/// nothing of the folder, those of rustdoc cannot be.
pub(crate) fn remove_host_runs(folder: &Path) {
    for path in files::entries(folder).unwrap_or_default() {
        if has_prefix(&path, COUNTER_PREFIX) && std::fs::read(&path).is_ok_and(|bytes| is_of_host(&bytes)) {
            // It stays, at worst.
            let _ = std::fs::remove_file(&path);
        }
    }
}

fn is_of_host(bytes: &[u8]) -> bool {
    let Ok(file) = CounterFile::parse(bytes) else { return false };
    let is_one = |program: &[u8]| {
        let program = String::from_utf8_lossy(program);
        let name = Path::new(&*program).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with("build-script-") || name.starts_with("build_script_") || name == "rustdoc"
    };
    !file.segments.is_empty()
        && file.segments.iter().all(|segment| segment.args.program().first().is_some_and(|first| is_one(first)))
}

/// Makes one counter file of all that belong to one program.
pub(crate) fn merge(folder: &Path) {
    let is_empty = files::entries(folder).is_ok_and(|entries| entries.is_empty());
    // The command separates folders by commas.
    if is_empty || folder.as_os_str().to_string_lossy().contains(',') {
        return;
    }
    let option = |name: &str| {
        let mut option = OsString::from(name);
        option.push(folder);
        option
    };
    // What cannot be merged is named, and stays.
    livecov(vec!["livecov".into(), "merge".into(), option("-i="), option("-o=")]);
}
