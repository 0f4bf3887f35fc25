//! The arguments that cargo gets.

use crate::cli::CargoCommand;
use std::ffi::OsString;
use std::path::Path;

/// What the arguments are made of.
pub(crate) struct Line<'a> {
    pub(crate) command: CargoCommand,
    /// What cargo is to call in the place of the compiler.
    pub(crate) wrapper: &'a Path,
    pub(crate) target_folder: &'a Path,
    /// `--config` and its values, as the user gives them.
    pub(crate) config_args: &'a [OsString],
    /// Whether the user's configuration has `RUSTC_WRAPPER` as a table in `[env]`:
    /// cargo takes nothing else for it then.
    pub(crate) has_wrapper_table: bool,
    /// Other arguments.
    pub(crate) args: &'a [OsString],
}

impl Line<'_> {
    /// Settings of ours are no variables: tests that call cargo would pass those
    /// on. They stand in front, as after the first word that is no flag `cargo
    /// run` takes everything for the program's. Of settings for one key the last
    /// counts, so those of the user come first.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let &Self { command, target_folder, config_args, args, .. } = self;
        let mut line: Vec<OsString> = command.words().iter().map(OsString::from).collect();
        line.extend(config_args.iter().cloned());
        let own = args.iter().take_while(|arg| *arg != "--").map(|arg| arg.to_string_lossy());
        let is_archive =
            command == CargoCommand::Nextest && own.into_iter().any(|arg| arg.starts_with("--archive-file"));
        // What is in an archive is built already, and nextest takes no flags about building then.
        if !is_archive {
            line.extend(self.settings().into_iter().flat_map(|setting| ["--config".into(), setting.into()]));
            line.extend(["--target-dir".into(), target_folder.into()]);
        }
        line.extend(args.iter().cloned());
        line
    }

    fn settings(&self) -> Vec<String> {
        // What JSON takes for a text TOML does too.
        let text = |path: &Path| serde_json::Value::from(path.display().to_string());
        let [wrapper, folder] = [text(self.wrapper), text(self.target_folder)];
        let mut settings = vec![
            format!("build.rustc-wrapper={wrapper}"),
            // A directory that plain builds use too would have crates without probes, which cargo would take for the same.
            format!("build.build-dir={folder}"),
            // What cargo, called by a test, builds where plain builds are has other names.
            format!("env.__CARGO_DEFAULT_LIB_METADATA={folder}"),
        ];
        // Cargo that is called by a test takes the wrapper, too.
        if self.has_wrapper_table {
            settings.extend([
                format!("env.RUSTC_WRAPPER.value={wrapper}"),
                "env.RUSTC_WRAPPER.force=true".to_owned(),
                "env.RUSTC_WRAPPER.relative=false".to_owned(),
            ]);
        } else {
            settings.push(format!("env.RUSTC_WRAPPER={wrapper}"));
        }
        settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(command: CargoCommand, config_args: &[&str], args: &[&str]) -> Vec<OsString> {
        let [config_args, args] = [config_args, args].map(|args| args.iter().map(OsString::from).collect::<Vec<_>>());
        let (wrapper, target_folder) = (Path::new("/a \"b"), Path::new("/t"));
        let has_wrapper_table = false;
        Line { command, wrapper, target_folder, config_args: &config_args, has_wrapper_table, args: &args }.arguments()
    }

    #[test]
    fn cargo_is_called_with_our_flags_first() {
        let args = ["--release", "prog", "--", "-x"];
        let expected = [
            "nextest",
            "run",
            "--config",
            "build.rustc-wrapper=\"/c\"",
            "--config",
            "build.rustc-wrapper=\"/a \\\"b\"",
            "--config",
            "build.build-dir=\"/t\"",
            "--config",
            "env.__CARGO_DEFAULT_LIB_METADATA=\"/t\"",
            "--config",
            "env.RUSTC_WRAPPER=\"/a \\\"b\"",
            "--target-dir",
            "/t",
            "--release",
            "prog",
            "--",
            "-x",
        ];
        assert_eq!(line(CargoCommand::Nextest, &["--config", "build.rustc-wrapper=\"/c\""], &args), expected);
    }

    #[test]
    fn nothing_is_built_of_an_archive() {
        let line = |command| line(command, &[], &["--archive-file", "a.tar.zst"]);
        assert_eq!(line(CargoCommand::Nextest), ["nextest", "run", "--archive-file", "a.tar.zst"]);
        assert!(line(CargoCommand::Archive).contains(&"--target-dir".into()));
    }
}
