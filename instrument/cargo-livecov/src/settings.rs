//! What cargo's configuration says, where this tool has to know.

use serde_json::Value;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, iter};

/// Cargo's configuration for the current folder, and the variables that go
/// before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    config: Value,
}

impl Settings {
    /// Asks cargo. Without an answer there is nothing special.
    pub(crate) fn load(config_args: &[OsString]) -> Self {
        let cargo = env::var_os("CARGO").unwrap_or("cargo".into());
        let mut command = Command::new(cargo);
        command.args(["-Zunstable-options", "config", "get", "--format=json"]).args(config_args);
        // The command is unstable; the configuration is not.
        let output = command.env("RUSTC_BOOTSTRAP", "1").output();
        let config = output.ok().and_then(|output| serde_json::from_slice(&output.stdout).ok());
        Self { config: config.unwrap_or_default() }
    }

    /// The wrapper of rustc that cargo would call.
    pub(crate) fn wrapper(&self) -> Option<PathBuf> {
        let named = env::var_os("RUSTC_WRAPPER").or_else(|| env::var_os("CARGO_BUILD_RUSTC_WRAPPER"));
        match named {
            Some(path) => Some(PathBuf::from(path)).filter(|path| !path.as_os_str().is_empty()),
            None => self.config["build"]["rustc-wrapper"].as_str().filter(|path| !path.is_empty()).map(found),
        }
    }

    /// The targets that are built for if the command line names none.
    pub(crate) fn targets(&self) -> Vec<String> {
        match env::var("CARGO_BUILD_TARGET") {
            Ok(target) => vec![target],
            Err(_) => words(&self.config["build"]["target"]),
        }
    }

    /// What the runtime's build depends on: it has compiler flags of its own,
    /// and its profile is `release`.
    pub(crate) fn of_builds(&self) -> String {
        let mut targets = self.config["target"].clone();
        for target in targets.as_object_mut().into_iter().flat_map(|targets| targets.values_mut()) {
            for flags in ["rustflags", "rustdocflags", "runner"] {
                target.as_object_mut().and_then(|target| target.remove(flags));
            }
        }
        let config = &self.config;
        let others = [&config["build"]["rustc"], &config["profile"]["release"], &config["unstable"], &config["env"]];
        others.into_iter().chain([&targets]).map(Value::to_string).collect::<Vec<_>>().join("\n")
    }

    /// The flags that rustdoc gets.
    pub(crate) fn rustdoc_flags(&self, target: &str) -> Vec<String> {
        if let Ok(flags) = env::var("CARGO_ENCODED_RUSTDOCFLAGS") {
            return flags.split('\u{1f}').filter(|flag| !flag.is_empty()).map(str::to_owned).collect();
        }
        let spaced = |text: String| text.split_whitespace().map(str::to_owned).collect();
        if let Ok(flags) = env::var("RUSTDOCFLAGS") {
            return spaced(flags);
        }
        let of_target = words(&self.config["target"][target]["rustdocflags"]);
        if !of_target.is_empty() {
            return of_target;
        }
        env::var("CARGO_BUILD_RUSTDOCFLAGS").map_or_else(|_| words(&self.config["build"]["rustdocflags"]), spaced)
    }
}

/// A list, or a text of words.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => text.split_whitespace().map(str::to_owned).collect(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// A program that a configuration file names by a path is looked for beside
/// the folder of that file; which one that is cargo does not say.
fn found(path: &str) -> PathBuf {
    let path = Path::new(path);
    let is_name = path.is_absolute() || path.components().count() == 1;
    let here = env::current_dir().unwrap_or_default();
    let folders = here.ancestors().map(Path::to_owned).chain(iter::once(here.clone()));
    let mut places = folders.map(|folder| folder.join(path)).filter(|place| !is_name && place.is_file());
    places.next().unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_words() {
        let config = serde_json::json!({
            "build": {"rustdocflags": ["--cfg", "a b"], "target": "x"},
            "target": {"t": {"rustdocflags": "--cfg c"}},
        });
        let settings = Settings { config };
        assert_eq!(words(&settings.config["build"]["target"]), ["x"]);
        assert_eq!(words(&settings.config["build"]["rustdocflags"]), ["--cfg", "a b"]);
        assert_eq!(words(&settings.config["target"]["t"]["rustdocflags"]), ["--cfg", "c"]);
        assert!(words(&settings.config["nothing"]).is_empty());
    }
}
