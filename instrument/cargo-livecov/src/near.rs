//! Flags that are nearly ours.
//!
//! What is not known here goes on to cargo. A flag with a spelling mistake
//! would end there as an error at best, and its value as the name of a test: so
//! it is answered here, unless cargo has a flag of that name, or one that is
//! more like it. Cargo knows its flags, and is asked.

use crate::cli::CargoCommand;
use crate::error::Error;
use crate::flags::distance;
use std::env;
use std::process::Command;

/// Flags that every cargo has: it need not be asked about them.
pub(crate) const USUAL: [&str; 20] = [
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
