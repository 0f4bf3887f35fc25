//! Programs and libraries under a path that does not change.
//!
//! Builds lie in directories whose names depend on all that they count. After
//! `build`, its programs have a second name, which scripts can use. It is a
//! hard link: a symbolic link would break where it is copied to an image or
//! another machine, and when the build is removed; a copy would need as much
//! room again. Where there are no hard links, it is a copy.

use crate::error::Error;
use crate::files;
use crate::messages::Artifact;
use std::fs;
use std::path::{Path, PathBuf};

/// Names beside the programs that are ours.
const RESERVED: [&str; 3] = ["data", "runs", "runtime"];

/// What is for users in a build: programs, examples, and libraries for other
/// languages. None of them are tests.
fn finished<'a>(artifacts: &'a [Artifact], out: &'a Path) -> impl Iterator<Item = &'a PathBuf> {
    let of = |artifact: &'a Artifact| {
        let has = |kind: &str| artifact.kinds.iter().any(|own| own == kind);
        let is_wanted = move |path: &&PathBuf| {
            let extension = path.extension().unwrap_or_default().to_string_lossy();
            match &*extension {
                "rlib" | "rmeta" | "d" => false,
                "a" | "lib" => has("staticlib"),
                "so" | "dylib" | "dll" => has("cdylib"),
                _ => has("bin") || has("example"),
            }
        };
        artifact.files.iter().filter(is_wanted).filter(|_| !artifact.is_test).collect::<Vec<_>>()
    };
    let is_inner = |path: &Path| path.components().any(|part| part.as_os_str() == "deps");
    artifacts.iter().flat_map(of).filter(move |path| path.strip_prefix(out).is_ok_and(|below| !is_inner(below)))
}

/// Gives what a build has made a second name: in `named`, or else below `own`
/// as cargo has it in the directory of the build. The names.
pub(crate) fn publish(
    artifacts: &[Artifact],
    out: &Path,
    own: &Path,
    named: Option<&Path>,
) -> Result<Vec<PathBuf>, Error> {
    let mut published = Vec::new();
    for path in finished(artifacts, out) {
        let below = path.strip_prefix(out).unwrap_or(path);
        let to = match named {
            Some(folder) => folder.join(path.file_name().unwrap_or_default()),
            None => own.join(below),
        };
        let is_reserved = RESERVED.iter().any(|name| below.starts_with(name));
        if named.is_none() && is_reserved {
            return Err(Error::Usage(format!(
                "a profile of that name needs --artifact-dir, as {} is ours",
                to.display()
            )));
        }
        replace(path, &to)?;
        published.push(to);
    }
    Ok(published)
}

/// Who runs the old program goes on to do so, and nobody sees half of one.
fn replace(from: &Path, to: &Path) -> Result<(), Error> {
    files::create_folder(to.parent().unwrap_or(to))?;
    let mut name = std::ffi::OsString::from(".");
    name.push(to.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = to.with_file_name(name);
    // A process of that number may have been killed here.
    let _ = fs::remove_file(&temporary);
    if fs::hard_link(from, &temporary).is_err() {
        fs::copy(from, &temporary).map_err(|error| Error::io("copy", from, error))?;
    }
    let renamed = fs::rename(&temporary, to).map_err(|error| Error::io("write", to, error));
    // A name of the same file is not replaced, and both stay.
    let _ = fs::remove_file(&temporary);
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(kinds: &[&str], files: &[&str], is_test: bool) -> Artifact {
        let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        let files = files.iter().map(PathBuf::from).collect();
        Artifact { kinds, files, is_test, ..Artifact::default() }
    }

    #[test]
    fn programs_and_libraries_for_others_are_for_users() {
        let artifacts = [
            artifact(&["bin"], &["/o/debug/a"], false),
            artifact(&["example"], &["/o/debug/examples/e"], false),
            artifact(&["rlib", "cdylib"], &["/o/debug/libc.rlib", "/o/debug/libc.so"], false),
            artifact(&["staticlib"], &["/o/x/release/libs.a"], false),
            artifact(&["lib"], &["/o/debug/libl.rlib", "/o/debug/deps/libl-1.rmeta"], false),
            artifact(&["bin"], &["/o/debug/deps/a-1"], true),
            artifact(&["custom-build"], &["/o/debug/build/a-1/build-script-build"], false),
            artifact(&["proc-macro"], &["/o/debug/deps/libm-1.so"], false),
        ];
        let found: Vec<_> = finished(&artifacts, Path::new("/o")).map(|path| path.display().to_string()).collect();
        assert_eq!(found, ["/o/debug/a", "/o/debug/examples/e", "/o/debug/libc.so", "/o/x/release/libs.a"]);
    }

    #[test]
    fn a_program_is_replaced_as_a_whole() {
        let place = tempfile::tempdir().unwrap();
        let [out, own, named] = ["o", "own", "named"].map(|name| place.path().join(name));
        fs::create_dir_all(out.join("debug")).unwrap();
        let built = out.join("debug/a");
        let artifacts = [artifact(&["bin"], &[built.to_str().unwrap()], false)];
        for text in ["one", "one", "two"] {
            // As rustc does, with a new file.
            let _ = fs::remove_file(&built);
            fs::write(&built, text).unwrap();
            for _ in 0..2 {
                assert_eq!(publish(&artifacts, &out, &own, None).unwrap(), [own.join("debug/a")]);
                assert_eq!(publish(&artifacts, &out, &own, Some(&named)).unwrap(), [named.join("a")]);
            }
            assert_eq!(fs::read_to_string(own.join("debug/a")).unwrap(), text);
            assert_eq!(files::entries(&named).unwrap(), [named.join("a")]);
        }
        fs::create_dir_all(out.join("data")).unwrap();
        fs::write(out.join("data/a"), "").unwrap();
        let artifacts = [artifact(&["bin"], &[out.join("data/a").to_str().unwrap()], false)];
        assert!(publish(&artifacts, &out, &own, None).is_err());
    }
}
