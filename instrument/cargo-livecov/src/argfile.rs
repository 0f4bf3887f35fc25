//! Arguments of the compiler that lie in a file, one a line, as they are too
//! long for a command line.
//!
//! Cargo calls the compiler with `@FILE` where the system takes no line of that
//! length. A package with some thousand features is enough.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::{fs, process};

/// The arguments with those from files in their places. What cannot be read
/// stays: the compiler says what is wrong with it.
pub(crate) fn expanded(line: &[OsString]) -> Vec<OsString> {
    let mut out = Vec::new();
    for arg in line {
        let text = arg.to_str().and_then(|arg| arg.strip_prefix('@')).and_then(|path| fs::read_to_string(path).ok());
        match text {
            Some(text) => out.extend(text.lines().map(OsString::from)),
            None => out.push(arg.clone()),
        }
    }
    out
}

/// A file with arguments, which is there as long as this.
#[derive(Debug)]
pub(crate) struct ArgFile(PathBuf);

impl Drop for ArgFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Starts a compiler, which is called by the name `compiler`; `place` is for its
/// arguments if they are too long. `connect` says where output goes.
pub(crate) fn spawn(
    command: &mut Command,
    compiler: &OsStr,
    place: &Path,
    connect: &dyn Fn(&mut Command),
) -> io::Result<(Child, Option<ArgFile>)> {
    connect(command);
    match command.spawn() {
        Err(error) if error.kind() == io::ErrorKind::ArgumentListTooLong => {
            let Some((mut shorter, file)) = shorter(command, compiler, place)? else { return Err(error) };
            connect(&mut shorter);
            Ok((shorter.spawn()?, Some(file)))
        }
        child => Ok((child?, None)),
    }
}

/// The command with the arguments of the compiler in a file; none if they cannot
/// stand in one.
fn shorter(command: &Command, compiler: &OsStr, place: &Path) -> io::Result<Option<(Command, ArgFile)>> {
    // Wrappers may stand before the compiler.
    let args: Vec<&OsStr> = command.get_args().collect();
    let start = if command.get_program() == compiler {
        0
    } else {
        args.iter().position(|arg| *arg == compiler).map_or(0, |position| position + 1)
    };
    let (front, rest) = args.split_at(start);
    let lines: Option<Vec<&str>> = rest.iter().map(|arg| arg.to_str().filter(|arg| !arg.contains('\n'))).collect();
    let Some(lines) = lines else { return Ok(None) };
    fs::create_dir_all(place)?;
    let file = ArgFile(place.join(process::id().to_string()));
    fs::write(&file.0, lines.join("\n"))?;
    let mut shorter = Command::new(command.get_program());
    let mut name = OsString::from("@");
    name.push(&file.0);
    shorter.args(front).arg(name);
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => shorter.env(key, value),
            None => shorter.env_remove(key),
        };
    }
    Ok(Some((shorter, file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_files_are_taken() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("args");
        fs::write(&path, "--crate-name\na b\nsrc/lib.rs\n").unwrap();
        let line = [format!("@{}", path.display()), "-v".to_owned(), "@/nowhere".to_owned()].map(OsString::from);
        assert_eq!(expanded(&line), ["--crate-name", "a b", "src/lib.rs", "-v", "@/nowhere"]);
    }

    #[test]
    fn arguments_of_the_compiler_go_to_a_file() {
        let place = tempfile::tempdir().unwrap();
        let mut command = Command::new("sccache");
        command.args(["/bin/rustc", "-v", "a b"]).env("A", "1").env_remove("B");
        let (shorter, file) = shorter(&command, OsStr::new("/bin/rustc"), place.path()).unwrap().unwrap();
        let name = format!("@{}", file.0.display());
        assert_eq!(shorter.get_args().collect::<Vec<_>>(), ["/bin/rustc", &name]);
        assert_eq!(shorter.get_envs().count(), 2);
        assert_eq!(expanded(&[name.into()]), ["-v", "a b"]);
        let path = file.0.clone();
        drop(file);
        assert!(!path.exists());
    }
}
