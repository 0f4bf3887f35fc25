//! Cargo as it builds the runtime: out of reach of what a project, its user or
//! their environment set for builds of their own.
//!
//! A profile with `panic = "abort"`, flags that turn warnings into errors,
//! replaced sources or patches are all meant for the project, and each of them
//! breaks the runtime, or a program that has it. Cargo cannot be told to read no
//! configuration. So it is called in the root directory, which no project is
//! above, with a home of its own and without the variables that it reads. What
//! the runtime has to share with the project's crates is handed on, item by item
//! ([`Inherited`]): the compiler, linkers, variables from the table `[env]`, and
//! flags on which crates that are linked together must agree.

use crate::settings::Settings;
use serde_json::Value;
use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// What the runtime's build takes over from the project's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inherited {
    /// Arguments for `--config`.
    config: Vec<String>,
    /// Flags for the compiler.
    pub(crate) flags: Vec<String>,
}

/// Options of `-C` that decide how crates are linked, or what they may expect of
/// each other.
const SHARED_OPTIONS: [&str; 6] =
    ["code-model", "link-self-contained", "linker", "linker-flavor", "relocation-model", "soft-float"];

/// Arguments for the linker that say which linker it is.
const SHARED_LINK_ARGS: [&str; 4] = ["-fuse-ld", "--ld-path", "--target", "-B"];

impl Inherited {
    /// What a build for `target`, or else for `host`, hands on.
    pub(crate) fn new(settings: &Settings, target: Option<&str>, host: &str) -> Self {
        let mut config = Vec::new();
        for (name, linker) in settings.linkers() {
            config.push(format!("target.{}.linker={}", quoted(&name), quoted(&linker)));
        }
        for (name, value) in settings.environment() {
            config.push(format!("env.{}={}", quoted(&name), quoted(&value)));
        }
        let name = target.map_or(host, |target| {
            Path::new(target)
                .file_stem()
                .and_then(OsStr::to_str)
                .filter(|_| target.ends_with(".json"))
                .unwrap_or(target)
        });
        Self { config, flags: shared_flags(&settings.rustc_flags(name)) }
    }

    /// All that a runtime depends on of the project and of the environment.
    pub(crate) fn key(&self) -> String {
        let mut variables: Vec<_> = env::vars().filter(|(name, _)| is_linker(name)).collect();
        variables.sort();
        format!("{:?}\n{:?}\n{variables:?}", self.config, self.flags)
    }

    /// `cargo`, for the workspace in `directory`, with the flags of the compiler
    /// that all its crates get.
    pub(crate) fn cargo(&self, cargo: &OsStr, directory: &Path, flags: &[String]) -> Command {
        let mut command = Command::new(cargo);
        command.current_dir(directory.ancestors().last().unwrap_or(directory));
        for (name, _) in env::vars_os() {
            if !is_kept(&name.to_string_lossy()) {
                command.env_remove(name);
            }
        }
        let flags: Vec<&str> = flags.iter().chain(&self.flags).map(String::as_str).collect();
        if flags.iter().any(|flag| flag.starts_with("-Z"))
            && let Some(value) = env::var_os("RUSTC_BOOTSTRAP")
        {
            command.env("RUSTC_BOOTSTRAP", value);
        }
        command.env("CARGO_HOME", directory.join("home"));
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        command.env("CARGO_TARGET_DIR", directory.join("target"));
        // Some systems set it in a file that is above all projects.
        command.env("RUSTC_WRAPPER", "").env("RUSTC_WORKSPACE_WRAPPER", "");
        command.arg("build");
        let own = [
            "source.crates-io.replace-with=\"livecov\"".to_owned(),
            format!("source.livecov.directory={}", quoted(&directory.join("vendor").display().to_string())),
            format!("build.build-dir={}", quoted(&directory.join("target").display().to_string())),
        ];
        for item in own.iter().chain(&self.config) {
            command.arg("--config").arg(item);
        }
        command.arg("--offline").arg("--manifest-path").arg(directory.join("Cargo.toml"));
        command
    }
}

/// What JSON takes for a text TOML does too.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Whether the build of the runtime gets a variable.
fn is_kept(name: &str) -> bool {
    let is_for_builds =
        ["CARGO", "RUSTC", "RUSTDOC", "RUSTFLAGS", "LIVECOV_"].iter().any(|part| name.starts_with(part));
    !is_for_builds || is_linker(name) || matches!(name, "CARGO_BUILD_JOBS" | "CARGO_MAKEFLAGS" | "RUSTC")
}

fn is_linker(name: &str) -> bool {
    name.starts_with("CARGO_TARGET_") && name.ends_with("_LINKER")
}

/// The flags on which all crates of a program must agree.
fn shared_flags(flags: &[String]) -> Vec<String> {
    let mut shared = Vec::new();
    let mut left = flags.iter().peekable();
    while let Some(flag) = left.next() {
        let (name, value) = match flag.as_str() {
            "-C" | "--codegen" => ("-C", left.next().cloned()),
            "-Z" => ("-Z", left.next().cloned()),
            "--sysroot" => ("--sysroot=", left.next().cloned()),
            flag if flag.starts_with("--sysroot=") => ("--sysroot=", Some(flag["--sysroot=".len()..].to_owned())),
            flag if flag.starts_with("--codegen=") => ("-C", Some(flag["--codegen=".len()..].to_owned())),
            flag if flag.starts_with("-C") || flag.starts_with("-Z") => {
                (if flag.starts_with("-C") { "-C" } else { "-Z" }, Some(flag[2..].to_owned()))
            }
            _ => continue,
        };
        let Some(value) = value else { continue };
        let value = if name == "-C" { shared_option(&value) } else { Some(value) };
        shared.extend(value.map(|value| format!("{name}{value}")));
    }
    shared
}

/// As much of an option of `-C` as is shared.
fn shared_option(option: &str) -> Option<String> {
    let (name, value) = option.split_once('=').unwrap_or((option, ""));
    if name == "target-feature" {
        // How a program is linked is of no matter to libraries. And where the C library is a static one, there are no
        // proc macros, without which the runtime cannot be built.
        let features = value.split(',').filter(|feature| !feature.ends_with("crt-static"));
        let features = features.collect::<Vec<_>>().join(",");
        return (!features.is_empty()).then(|| format!("{name}={features}"));
    }
    let is_linker =
        matches!(name, "link-arg" | "link-args") && SHARED_LINK_ARGS.iter().any(|arg| value.starts_with(arg));
    (is_linker || SHARED_OPTIONS.contains(&name)).then(|| option.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_on_which_crates_must_agree() {
        let flags = "-Dwarnings -Ctarget-cpu=native -C target-feature=+crt-static,+aes -Ctarget-feature=+crt-static --cfg x -Clinker=clang -C link-arg=-fuse-ld=lld \
            -Clink-arg=-Tx.ld -Zfixed-x18 -Z sanitizer=address --sysroot /s --codegen lto=fat -Cpanic=abort";
        let flags: Vec<String> = flags.split_whitespace().map(str::to_owned).collect();
        let expected = "-Ctarget-feature=+aes -Clinker=clang -Clink-arg=-fuse-ld=lld -Zfixed-x18 \
            -Zsanitizer=address --sysroot=/s";
        assert_eq!(shared_flags(&flags), expected.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn variables_that_change_builds_stay_outside() {
        for name in ["CARGO_PROFILE_RELEASE_PANIC", "CARGO_BUILD_TARGET", "RUSTFLAGS", "CARGO_HOME", "LIVECOV_CONFIG"] {
            assert!(!is_kept(name), "{name}");
        }
        for name in ["PATH", "RUSTUP_TOOLCHAIN", "CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER", "HOME", "RUSTC"] {
            assert!(is_kept(name), "{name}");
        }
    }

    #[test]
    fn cargo_is_called_where_no_configuration_is() {
        let inherited = Inherited { config: vec!["target.\"x\".linker=\"y\"".to_owned()], flags: Vec::new() };
        let command = inherited.cargo(OsStr::new("cargo"), Path::new("/c/r"), &["-Cx".to_owned()]);
        assert_eq!(command.get_current_dir(), Some(Path::new("/")));
        let args: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
        assert!(args.windows(2).any(|pair| pair == ["--config", "target.\"x\".linker=\"y\""]), "{args:?}");
        let variable = |name: &str| command.get_envs().find(|(key, _)| *key == name).and_then(|(_, value)| value);
        assert_eq!(variable("CARGO_HOME"), Some(OsStr::new("/c/r/home")));
        assert_eq!(variable("CARGO_ENCODED_RUSTFLAGS"), Some(OsStr::new("-Cx")));
    }
}
