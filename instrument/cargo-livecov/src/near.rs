//! Flags that are nearly ours.
//!
//! What is not known here goes on to cargo. A flag with a spelling mistake
//! would end there as an error at best, and its value as the name of a test: so
//! it is answered here, unless cargo has a flag of that name, or one that is
//! more like it. Cargo knows its flags, and is asked.

use crate::cli::CargoCommand;
use crate::error::Error;
use crate::flags::{OWN_SWITCHES, OWN_VALUES, REPORT_FLAGS, distance, known_names, most_like};
use std::env;
use std::process::Command;

/// Flags that every cargo has: it need not be asked about them.
const USUAL: [&str; 20] = [
    "--all",
    "--all-targets",
    "--bench",
    "--benches",
    "--bin",
    "--bins",
    "--doc",
    "--example",
    "--examples",
    "--jobs",
    "--lib",
    "--message-format",
    "--no-fail-fast",
    "--no-run",
    "--package",
    "--profile",
    "--release",
    "--test",
    "--tests",
    "--workspace",
];
/// Flags that cargo takes and does not list.
const HIDDEN: [&str; 2] = ["--out-dir", "--build-plan"];

/// A flag that is not ours, and the one of ours that is most like it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// What was given.
    pub flag: String,
    /// What may have been meant.
    pub meant: String,
}

impl NearMiss {
    pub(crate) fn error(&self) -> Error {
        Error::Usage(format!("there is no flag {}; do you mean {}?", self.flag, self.meant))
    }

    /// Whether it is for cargo, which has these flags.
    fn is_for_cargo(&self, flags: &[String]) -> bool {
        let to_ours = distance(&self.flag, &self.meant);
        flags.iter().map(String::as_str).chain(HIDDEN).any(|flag| distance(&self.flag, flag) <= to_ours)
    }
}

/// What a flag that is not ours may be meant for.
pub(crate) fn near_miss(name: &str) -> Option<NearMiss> {
    let ours = OWN_VALUES.into_iter().chain(OWN_SWITCHES).chain(known_names());
    let all = ours.chain(REPORT_FLAGS.keys().map(String::as_str));
    let is_in_question = name.starts_with("--") && name.len() > 3 && !USUAL.contains(&name);
    let meant = most_like(name, all).filter(|_| is_in_question)?;
    Some(NearMiss { flag: name.to_owned(), meant: meant.to_owned() })
}

/// Answers the first flag that cargo does not have.
pub(crate) fn check(misses: &[NearMiss], command: CargoCommand) -> Result<(), Error> {
    if misses.is_empty() {
        return Ok(());
    }
    // Without an answer cargo is to say what is wrong.
    let Some(flags) = flags_of_cargo(command) else { return Ok(()) };
    misses.iter().find(|miss| !miss.is_for_cargo(&flags)).map_or(Ok(()), |miss| Err(miss.error()))
}

/// The flags in what cargo says of itself.
fn flags_of_cargo(command: CargoCommand) -> Option<Vec<String>> {
    let cargo = env::var_os("CARGO").unwrap_or("cargo".into());
    let output = Command::new(cargo).args(command.words()).arg("-h").output().ok()?;
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let words = help.split(|letter| !is_part(letter)).filter(|word| word.starts_with("--")).map(str::to_owned);
    output.status.success().then(|| words.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use std::ffi::OsString;

    fn parse(line: &str) -> Result<Cli, Error> {
        Cli::parse(line.split(' ').map(OsString::from))
    }

    #[test]
    fn flags_that_are_nearly_ours() {
        let misses = |line: &str| {
            let misses = parse(line).unwrap().near_misses;
            misses.into_iter().map(|miss| format!("{} {}", miss.flag, miss.meant)).collect::<Vec<_>>()
        };
        assert_eq!(misses("test --fail-under-line 80"), ["--fail-under-line --fail-under-lines"]);
        assert_eq!(misses("test --mdoe=count --no-clena"), ["--mdoe --mode", "--no-clena --no-clean"]);
        assert_eq!(misses("run --inculde-deps x --htlm"), ["--inculde-deps --include-deps"]);
        for name in OWN_SWITCHES.into_iter().chain(OWN_VALUES).chain(known_names()) {
            // Without its last letter it is another one, or nothing like one.
            assert_eq!(misses(&format!("test {name}y")), [format!("{name}y {name}")], "{name}");
            assert!(parse(&format!("test {name}")).map_or(true, |cli| cli.cargo_args.is_empty()), "{name}");
        }
        for line in ["test --release --lib", "test -- --fail-under-line", "test --features --mdoe", "bench --no-run"] {
            assert_eq!(misses(line), [""; 0], "{line}");
        }
    }

    #[test]
    fn what_is_like_a_flag_of_cargo_s_is_for_cargo() {
        let flags = ["--jobs", "--exclude"].map(str::to_owned);
        let is_for_cargo =
            |flag: &str, meant: &str| NearMiss { flag: flag.to_owned(), meant: meant.to_owned() }.is_for_cargo(&flags);
        assert!(is_for_cargo("--job", "--json"));
        assert!(is_for_cargo("--out-dir", "--output-dir"));
        assert!(!is_for_cargo("--fail-under-line", "--fail-under-lines"));
    }
}
