//! The shell that `cargo livecov env` was called for.
//!
//! Its variables point into our own directories, and its compiler wrapper is
//! this program: called there, this program must not take them for the user's.

use crate::protocol::{CONFIG, Config};
use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// The file with the configuration, in the directory of a build.
pub(crate) const CONFIG_FILE: &str = "config.json";

/// What the variables of such a shell say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ByHand {
    /// The directory of the build.
    out: PathBuf,
    /// Where programs that run there leave data.
    pub(crate) data: Option<PathBuf>,
    /// What `env` wrote, unless it is gone.
    pub(crate) config: Option<Config>,
}

impl ByHand {
    /// Looks at the variables of this process.
    pub(crate) fn detect() -> Option<Self> {
        let mut by_hand = Self::of(env::var_os("CARGO_TARGET_DIR"), env::var_os(CONFIG), env::var_os("LIVECOV_DIR"))?;
        by_hand.config = Config::load().ok().flatten();
        Some(by_hand)
    }

    fn of(target: Option<OsString>, config: Option<OsString>, data: Option<OsString>) -> Option<Self> {
        let out = PathBuf::from(target?);
        let is_ours = out.join(CONFIG_FILE) == Path::new(&config?) && out.parent()?.file_name()? == "livecov";
        let data = data.filter(|data| !data.is_empty()).map(|data| literal(&data));
        (is_ours && out.is_absolute()).then_some(Self { out, data, config: None })
    }

    /// The target directory that `env` found.
    pub(crate) fn target_folder(&self) -> Option<PathBuf> {
        self.out.parent()?.parent().map(Path::to_owned)
    }

    /// The directory of the build.
    pub(crate) fn out(&self) -> &Path {
        &self.out
    }
}

/// A directory as the variable has it, in which `%` starts a pattern.
pub(crate) fn without_patterns(folder: &Path) -> OsString {
    let bytes: Vec<u8> = folder.as_os_str().as_bytes().iter().flat_map(|byte| doubled(*byte)).collect();
    OsString::from_vec(bytes)
}

fn doubled(byte: u8) -> impl Iterator<Item = u8> {
    std::iter::repeat_n(byte, if byte == b'%' { 2 } else { 1 })
}

/// The directory that a variable names. If a part of it begins with a pattern (`DATA/%p`), it is the one around that part:
/// data are read from the directories below, too. A pattern that is a piece of a name (`/tmp/data-%p`) leads to no directory,
/// because what is around it has more than data.
fn literal(variable: &OsStr) -> PathBuf {
    let (mut bytes, mut rest) = (Vec::new(), variable.as_bytes());
    while let Some((first, behind)) = rest.split_first() {
        if *first == b'%' && bytes.last() == Some(&b'/') && !behind.starts_with(b"%") {
            break;
        }
        bytes.push(*first);
        rest = if *first == b'%' { behind.strip_prefix(b"%").unwrap_or(behind) } else { behind };
    }
    // The path without the slash at its end.
    PathBuf::from(OsString::from_vec(bytes)).components().collect()
}

/// What was there before `env` was called: the user's compiler wrapper, if
/// this one is named. None if the variable is the user's own.
pub(crate) fn chained_before(wrapper: &Path) -> Option<Option<PathBuf>> {
    let is_this = env::current_exe().is_ok_and(|this| this == wrapper);
    is_this.then(|| Config::load().ok().flatten().and_then(|config| config.chained))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_may_have_a_percent_sign_in_its_name() {
        for (folder, variable) in [("/a/100%pure", "/a/100%%pure"), ("/%%", "/%%%%"), ("/a", "/a")] {
            assert_eq!(without_patterns(Path::new(folder)), variable);
            assert_eq!(literal(OsStr::new(variable)), Path::new(folder));
        }
        for (variable, folder) in
            [("/a/%p", "/a"), ("/a/%h/b-%p", "/a"), ("/a%%/%%b/%e", "/a%/%b"), ("/a/b-%p", "/a/b-%p")]
        {
            assert_eq!(literal(OsStr::new(variable)), Path::new(folder), "{variable}");
        }
    }

    #[test]
    fn our_own_directories_are_known() {
        let of = |target: &str, config: &str| ByHand::of(Some(target.into()), Some(config.into()), Some("/d".into()));
        let ours = of("/p/target/livecov/set-1", "/p/target/livecov/set-1/config.json").unwrap();
        assert_eq!(ours.target_folder().unwrap(), Path::new("/p/target"));
        assert_eq!(ours.data.unwrap(), Path::new("/d"));
        // A test that `cargo livecov test` runs, and the user's own.
        assert_eq!(of("/p/target", "/p/target/livecov/set-1/config.json"), None);
        assert_eq!(of("/p/target/other/set-1", "/p/target/other/set-1/config.json"), None);
        assert_eq!(ByHand::of(Some("/p/target/livecov/set-1".into()), None, None), None);
    }
}
