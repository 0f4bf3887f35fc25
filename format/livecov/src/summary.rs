//! What several counter files agree in: program arguments, system, architecture.

use livecov_format::decode::Args;
use livecov_format::encode::args::{Arg, Key};

/// A value that all files so far agree in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Agreed<T> {
    /// No file yet.
    #[default]
    Open,
    /// All say this.
    Same(T),
    /// Some differ.
    Different,
}

impl<T: PartialEq> Agreed<T> {
    fn merge(&mut self, other: Self) {
        match (&*self, &other) {
            (_, Self::Open) => {}
            (Self::Open, _) => *self = other,
            (Self::Same(ours), Self::Same(theirs)) if ours == theirs => {}
            _ => *self = Self::Different,
        }
    }

    const fn get(&self) -> Option<&T> {
        match self {
            Self::Same(value) => Some(value),
            _ => None,
        }
    }
}

/// What all files so far say of their programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArgsSummary {
    program: Agreed<Vec<Vec<u8>>>,
    goos: Agreed<Vec<u8>>,
    goarch: Agreed<Vec<u8>>,
}

impl ArgsSummary {
    /// Takes one more segment into account.
    pub fn add(&mut self, args: &Args<'_>) {
        let is_same = |ours: &Agreed<Vec<u8>>, theirs: &[u8]| ours.get().is_some_and(|ours| ours == theirs);
        if !is_same(&self.goos, args.goos()) {
            self.goos.merge(Agreed::Same(args.goos().to_vec()));
        }
        if !is_same(&self.goarch, args.goarch()) {
            self.goarch.merge(Agreed::Same(args.goarch().to_vec()));
        }
        let program = args.program();
        let is_same = self.program.get().is_some_and(|ours| ours.iter().map(Vec::as_slice).eq(program.iter().copied()));
        if !is_same {
            self.program.merge(Agreed::Same(program.into_iter().map(<[u8]>::to_vec).collect()));
        }
    }

    /// Takes the files of another summary into account.
    pub fn merge(&mut self, other: Self) {
        self.program.merge(other.program);
        self.goos.merge(other.goos);
        self.goarch.merge(other.goarch);
    }

    /// The program and its arguments, if all files say the same.
    #[must_use]
    pub fn only_program(&self) -> Option<Vec<Vec<u8>>> {
        self.program.get().cloned()
    }

    /// The arguments of a counter file that says this, in the order of their
    /// keys' bytes.
    #[must_use]
    pub fn to_args(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut args = Vec::new();
        let known = |agreed: &Agreed<Vec<u8>>| agreed.get().filter(|value| !value.is_empty()).cloned();
        args.extend(known(&self.goos).map(|value| (b"GOOS".to_vec(), value)));
        args.extend(known(&self.goarch).map(|value| (b"GOARCH".to_vec(), value)));
        if let Some(program) = self.program.get().filter(|program| !program.is_empty()) {
            args.push((b"argc".to_vec(), program.len().to_string().into_bytes()));
            args.extend(program.iter().enumerate().map(|(n, arg)| (format!("argv{n}").into_bytes(), arg.clone())));
        }
        args.sort();
        args
    }
}

/// Arguments as the encoder takes them.
pub fn as_args(args: &[(Vec<u8>, Vec<u8>)]) -> impl Iterator<Item = Arg<'_>> + Clone {
    args.iter().map(|(key, value)| Arg { key: Key::Name(key), value })
}
