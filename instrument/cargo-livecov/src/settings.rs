//! What cargo's configuration says, where this tool has to know.

use crate::by_hand::chained_before;
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
    /// Asks cargo. Without an answer there is nothing special, which the user is
    /// told.
    pub(crate) fn load(config_args: &[OsString]) -> Self {
        let cargo = env::var_os("CARGO").unwrap_or("cargo".into());
        let mut command = Command::new(cargo);
        command.args(["-Zunstable-options", "config", "get", "--format=json"]).args(config_args);
        // The command is unstable; the configuration is not.
        let output = command.env("RUSTC_BOOTSTRAP", "1").output();
        let config = output.map_err(|error| error.to_string()).and_then(|output| {
            let said = || String::from_utf8_lossy(&output.stderr).trim().to_owned();
            serde_json::from_slice(&output.stdout)
                .map_err(|error| if said().is_empty() { error.to_string() } else { said() })
        });
        let config = config.unwrap_or_else(|why| {
            eprintln!(
                "warning: livecov: `cargo config get` failed, so targets, wrappers, flags and linkers in cargo's \
                 configuration do not reach livecov: {why}"
            );
            Value::default()
        });
        Self { config }
    }

    /// Whether `[env]` has `RUSTC_WRAPPER` as a table.
    pub(crate) fn has_wrapper_table(&self) -> bool {
        self.config["env"]["RUSTC_WRAPPER"].is_object()
    }

    /// The wrapper of rustc that cargo would call.
    pub(crate) fn wrapper(&self) -> Option<PathBuf> {
        let named = env::var_os("RUSTC_WRAPPER").or_else(|| env::var_os("CARGO_BUILD_RUSTC_WRAPPER"));
        let named = match named.as_deref().and_then(|path| chained_before(Path::new(path))) {
            Some(before) => before.map(PathBuf::into_os_string),
            None => named,
        };
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

    /// The compiler that cargo calls, if it is not simply `rustc`.
    pub(crate) fn compiler(&self) -> Option<OsString> {
        let named = env::var_os("RUSTC").or_else(|| env::var_os("CARGO_BUILD_RUSTC"));
        let configured = || self.config["build"]["rustc"].as_str().map(|path| found(path).into_os_string());
        named.filter(|path| !path.is_empty()).or_else(configured)
    }

    /// The linkers that the configuration names: target, or condition, and path.
    pub(crate) fn linkers(&self) -> Vec<(String, String)> {
        let targets = self.config["target"].as_object().into_iter().flatten();
        let named = targets.filter_map(|(name, target)| Some((name, target["linker"].as_str()?)));
        named.map(|(name, path)| (name.clone(), found(path).display().to_string())).collect()
    }

    /// The variables that the configuration sets for what a build runs.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let variables = self.config["env"].as_object().into_iter().flatten();
        let set = variables.filter_map(|(name, value)| {
            let text = value.as_str().or_else(|| value["value"].as_str())?;
            let is_path = value["relative"].as_bool() == Some(true);
            let is_forced = value["force"].as_bool() == Some(true);
            let text = if is_path { found(text).display().to_string() } else { text.to_owned() };
            (is_forced || env::var_os(name).is_none()).then_some((name.clone(), text))
        });
        set.collect()
    }

    /// The flags that the compiler gets, except for those of conditions on
    /// targets.
    pub(crate) fn rustc_flags(&self, target: &str) -> Vec<String> {
        self.flags("RUSTFLAGS", "rustflags", target)
    }

    /// The flags that rustdoc gets.
    pub(crate) fn rustdoc_flags(&self, target: &str) -> Vec<String> {
        self.flags("RUSTDOCFLAGS", "rustdocflags", target)
    }

    /// Flags by the name of their variable and their key.
    fn flags(&self, variable: &str, key: &str, target: &str) -> Vec<String> {
        if let Ok(flags) = env::var(format!("CARGO_ENCODED_{variable}")) {
            return flags.split('\u{1f}').filter(|flag| !flag.is_empty()).map(str::to_owned).collect();
        }
        let spaced = |text: String| text.split_whitespace().map(str::to_owned).collect();
        if let Ok(flags) = env::var(variable) {
            return spaced(flags);
        }
        let of_target = words(&self.config["target"][target][key]);
        if !of_target.is_empty() {
            return of_target;
        }
        env::var(format!("CARGO_BUILD_{variable}")).map_or_else(|_| words(&self.config["build"][key]), spaced)
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

    #[test]
    fn linkers_and_variables() {
        let config = serde_json::json!({
            "target": {"t": {"linker": "/bin/l", "rustflags": ["-Cx"]}, "cfg(unix)": {"linker": "m"}, "u": {"runner": "r"}},
            "env": {"A_NAME": "a", "B_NAME": {"value": "b", "force": true}, "PATH": "c", "D_NAME": {"force": true}},
        });
        let settings = Settings { config };
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(settings.linkers(), pairs(&[("cfg(unix)", "m"), ("t", "/bin/l")]));
        assert_eq!(settings.environment(), pairs(&[("A_NAME", "a"), ("B_NAME", "b")]));
    }
}
