//! The profile of a build.

use crate::cli::{Action, CargoCommand, Cli};

impl Cli {
    /// The name of the directory that cargo puts a build in, by its profile.
    #[must_use]
    pub fn profile(&self) -> String {
        let own: Vec<_> =
            self.cargo_args.iter().take_while(|arg| *arg != "--").map(|arg| arg.to_string_lossy()).collect();
        let is_nextest = matches!(self.action, Action::Cargo(CargoCommand::Nextest | CargoCommand::Archive));
        let flag = if is_nextest { "--cargo-profile" } else { "--profile" };
        let mut values = own.iter().enumerate().filter_map(|(at, arg)| match arg.strip_prefix(flag)? {
            "" => own.get(at + 1).map(|value| value.to_string()),
            rest => rest.strip_prefix('=').map(str::to_owned),
        });
        let is_release = own.iter().any(|arg| arg == "--release" || arg == "-r");
        let usual = if is_release || self.action == Action::Cargo(CargoCommand::Bench) { "release" } else { "dev" };
        match values.next_back().as_deref().unwrap_or(usual) {
            "dev" | "test" => "debug".to_owned(),
            "bench" => "release".to_owned(),
            name => name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    #[test]
    fn directories_of_profiles() {
        for (line, expected) in [
            ("test", "debug"),
            ("test -r", "release"),
            ("run --profile=dev", "debug"),
            ("run --profile lto -- --release", "lto"),
            ("bench", "release"),
            ("nextest run --profile ci --cargo-profile x", "x"),
        ] {
            assert_eq!(Cli::parse(line.split(' ').map(OsString::from)).unwrap().profile(), expected, "{line}");
        }
    }
}
