//! One call of rustc, as cargo makes it.

use crate::protocol::Unit;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// What the wrapper has to know of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Call {
    /// All arguments behind the compiler's name.
    pub(crate) args: Vec<OsString>,
    /// Which of them is the crate's root file.
    pub(crate) source: Option<usize>,
    pub(crate) crate_name: String,
    pub(crate) edition: u16,
    pub(crate) is_test: bool,
    pub(crate) cfg: Vec<String>,
    /// What the answer to `--print cfg` depends on.
    pub(crate) cfg_args: Vec<String>,
    pub(crate) opt_level: String,
    /// `--target`; none where the program is for the machine that builds.
    pub(crate) target: Option<String>,
    /// `-C metadata`, which tells the crates of one name apart.
    pub(crate) metadata: String,
    pub(crate) extra_filename: String,
    pub(crate) out_dir: Option<PathBuf>,
    pub(crate) is_proc_macro: bool,
    /// Whether the linker is called.
    pub(crate) is_linked: bool,
    pub(crate) is_static_library: bool,
    /// Whether it is a library, shared or static, for programs in other languages.
    pub(crate) is_foreign_library: bool,
    /// The names of the crates that it is given.
    pub(crate) externs: Vec<String>,
    /// The files of those that have one.
    pub(crate) extern_files: Vec<PathBuf>,
}

/// Options of `-C` that decide about `cfg`.
const CFG_OPTIONS: [&str; 6] =
    ["target-cpu", "target-feature", "panic", "debug-assertions", "opt-level", "relocation-model"];

/// Options whose value is the next argument; of others it is part of the same.
const WITH_VALUE: [&str; 35] = [
    "-C",
    "-Z",
    "-A",
    "-W",
    "-D",
    "-F",
    "-L",
    "-l",
    "-o",
    "--allow",
    "--cap-lints",
    "--codegen",
    "--color",
    "--deny",
    "--diagnostic-width",
    "--error-format",
    "--env-set",
    "--explain",
    "--forbid",
    "--force-warn",
    "--json",
    "--remap-path-prefix",
    "--remap-path-scope",
    "--sysroot",
    "--warn",
    "--crate-name",
    "--crate-type",
    "--edition",
    "--cfg",
    "--check-cfg",
    "--emit",
    "--extern",
    "--out-dir",
    "--target",
    "--print",
];

impl Call {
    pub(crate) fn new(args: Vec<OsString>) -> Self {
        let mut call = Self { edition: 2015, opt_level: "0".to_owned(), ..Self::default() };
        let mut index = 0;
        while let Some(arg) = args.get(index) {
            let text = arg.to_string_lossy();
            let next = args.get(index + 1).map(|next| next.to_string_lossy()).unwrap_or_default();
            let is_split = WITH_VALUE.contains(&&*text);
            match text.split_once('=') {
                _ if is_split => call.option(&text, &next),
                Some((name, value)) if name.starts_with("--") => call.option(name, value),
                _ if text.starts_with("-C") && text.len() > 2 => call.option("-C", &text[2..]),
                _ if text == "--test" => call.is_test = true,
                // The root file may have any name. Cargo names it before flags of the user.
                _ if !text.starts_with(['-', '@']) => drop(call.source.get_or_insert(index)),
                _ => {}
            }
            index += 1 + usize::from(is_split);
        }
        call.args = args;
        call
    }

    fn option(&mut self, name: &str, value: &str) {
        match name {
            "--crate-name" => self.crate_name = value.to_owned(),
            "--edition" => self.edition = value.parse().unwrap_or(self.edition),
            "--cfg" => self.cfg.push(value.to_owned()),
            "--crate-type" => {
                self.is_proc_macro |= value == "proc-macro";
                self.is_linked |= value.split(',').any(|kind| matches!(kind, "bin" | "cdylib" | "dylib"));
                self.is_static_library |= value.split(',').any(|kind| kind == "staticlib");
                self.is_foreign_library |= value.split(',').any(|kind| matches!(kind, "cdylib" | "staticlib"));
            }
            "--extern" => {
                let (name, file) = value.split_once('=').unwrap_or((value, ""));
                self.extern_files.extend((!file.is_empty()).then(|| PathBuf::from(file)));
                // Options come before the name.
                self.externs.push(name.rsplit(':').next().unwrap_or_default().to_owned());
            }
            "--out-dir" => self.out_dir = Some(PathBuf::from(value)),
            "--target" => {
                self.cfg_args.push(format!("--target={value}"));
                self.target = Some(value.to_owned());
            }
            "-C" | "--codegen" => self.codegen(value),
            _ => {}
        }
    }

    fn codegen(&mut self, option: &str) {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        match name {
            "opt-level" => self.opt_level = value.to_owned(),
            "metadata" => self.metadata = value.to_owned(),
            "extra-filename" => self.extra_filename = value.to_owned(),
            _ => {}
        }
        if CFG_OPTIONS.contains(&name) {
            self.cfg_args.push(format!("-C{option}"));
        }
    }

    pub(crate) fn source(&self) -> Option<&Path> {
        self.args.get(self.source?).map(Path::new)
    }

    /// The arguments, with another root file.
    pub(crate) fn with_source<'a>(&'a self, source: &'a OsStr) -> impl Iterator<Item = &'a OsStr> {
        let at = self.source;
        self.args.iter().enumerate().map(move |(index, arg)| if Some(index) == at { source } else { arg.as_os_str() })
    }

    /// Sets `cfg` options that tools for coverage set, all of which the compiler
    /// is to know then.
    pub(crate) fn set_cfg(&mut self, options: &[String]) {
        if !options.is_empty() {
            self.args.extend(["--check-cfg".into(), "cfg(coverage,coverage_nightly)".into()]);
        }
        for option in options {
            self.args.extend(["--cfg".into(), option.into()]);
            self.cfg.push(option.clone());
        }
    }

    /// The arguments for a look at the crate that makes nothing but metadata, and
    /// lacks `--out-dir`; with another root file, if there is one.
    pub(crate) fn check_args(&self, root: Option<&Path>) -> Vec<OsString> {
        let mut args = Vec::new();
        let root = root.or(self.source()).unwrap_or(Path::new(""));
        let mut left = self.with_source(root.as_os_str()).peekable();
        while let Some(arg) = left.next() {
            let text = arg.to_string_lossy();
            let next = left.peek().map(|next| next.to_string_lossy()).unwrap_or_default();
            let is_split = matches!(&*text, "-C" | "--emit" | "--out-dir");
            let dropped = ["--emit", "--out-dir", "-Cincremental"].iter().any(|name| text.starts_with(name));
            if dropped || (text == "-C" && next.starts_with("incremental")) {
                left.next_if(|_| is_split);
            } else {
                args.push(arg.to_owned());
            }
        }
        args.push("--emit=metadata".into());
        args
    }

    /// What tells this call from others for the same crate.
    pub(crate) fn unit(&self, root: &Path, here: &Path) -> Unit {
        let feature = |cfg: &String| Some(cfg.strip_prefix("feature=\"")?.strip_suffix('"')?.to_owned());
        let mut features: Vec<String> = self.cfg.iter().filter_map(feature).collect();
        features.sort();
        let folder = self.out_dir.as_ref().map(|folder| here.join(folder)).unwrap_or_default();
        Unit { root: root.to_owned(), is_test: self.is_test, folder, features }
    }

    /// Where rustc says what the crate was made from.
    pub(crate) fn dep_info(&self) -> Option<PathBuf> {
        let name = format!("{}{}.d", self.crate_name, self.extra_filename);
        self.out_dir.as_ref().map(|folder| folder.join(name))
    }

    /// The name of the file that it is compiled to, without extension.
    pub(crate) fn unit_name(&self) -> String {
        format!("{}{}", self.crate_name, self.extra_filename)
    }

    /// A name for what belongs to this crate alone.
    pub(crate) fn key(&self) -> String {
        let test = if self.is_test { "-test" } else { "" };
        format!(
            "{}{test}-{}",
            self.crate_name,
            crate::files::digest(&format!("{}{}", self.metadata, self.extra_filename))
        )
    }
}

/// What rustc wrote of the crate's files: overlay paths become originals, and
/// `dropped` goes.
pub(crate) fn rewrite_dep_info(text: &str, overlay: &Path, base: &Path, dropped: &Path) -> String {
    let escape = |path: &Path| path.display().to_string().replace(' ', "\\ ");
    let (overlay, base, dropped) = (escape(overlay), escape(base), escape(dropped));
    let kept = text.lines().filter(|line| line.strip_suffix(':') != Some(&dropped));
    let mut out = String::with_capacity(text.len());
    for line in kept {
        let line = line.replace(&format!(" {dropped}"), "").replace(&format!("{overlay}/"), &format!("{base}/"));
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// The same with one more file that the crate was made from.
pub(crate) fn depend_on(text: &str, path: &Path) -> String {
    let escaped = path.display().to_string().replace(' ', "\\ ");
    // Cargo looks at the first rule only.
    let end = text.find('\n').unwrap_or(text.len());
    let (first, rest) = text.split_at(end);
    format!("{first} {escaped}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(line: &str) -> Call {
        Call::new(line.split_whitespace().map(OsString::from).collect())
    }

    #[test]
    fn a_call_of_cargo_s_is_understood() {
        let line = "--crate-name a_b --edition=2021 crates/a/src/lib.rs --error-format=json --crate-type lib \
            --emit=dep-info,metadata,link -C opt-level=3 -Cpanic=abort --cfg feature=\"x\" --check-cfg cfg(docsrs,test) -C metadata=12 \
            -C extra-filename=-34 --out-dir /t/deps --target x86_64-unknown-linux-gnu -L dependency=/t/x.rs \
            --extern a=/t/liba.rmeta --extern noprelude:b=/t/libb.rmeta --extern proc_macro --test";
        let call = call(line);
        assert_eq!(call.source(), Some(Path::new("crates/a/src/lib.rs")));
        assert_eq!((call.crate_name.as_str(), call.edition, call.is_test), ("a_b", 2021, true));
        assert_eq!(call.cfg, ["feature=\"x\""]);
        assert_eq!(call.cfg_args, ["-Copt-level=3", "-Cpanic=abort", "--target=x86_64-unknown-linux-gnu"]);
        assert_eq!(call.dep_info(), Some(PathBuf::from("/t/deps/a_b-34.d")));
        assert_eq!(call.opt_level, "3");
        assert_eq!(call.externs, ["a", "b", "proc_macro"]);
        assert_eq!(call.extern_files, ["/t/liba.rmeta", "/t/libb.rmeta"].map(PathBuf::from));
        assert_eq!(call.unit_name(), "a_b-34");
        let other: Vec<_> = call.with_source(OsStr::new("new.rs")).collect();
        assert_eq!(other[3], "new.rs");
        assert_eq!(other.len(), call.args.len());
    }

    #[test]
    fn a_check_writes_elsewhere() {
        let call = call(
            "--crate-name a src/lib.rs --emit=dep-info,link -C opt-level=3 -C incremental=/t/i --out-dir /t -Cmetadata=1",
        );
        let args = |root: Option<&str>| {
            let args = call.check_args(root.map(Path::new)).into_iter().map(|arg| arg.to_string_lossy().into_owned());
            args.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(args(None), "--crate-name a src/lib.rs -C opt-level=3 -Cmetadata=1 --emit=metadata");
        assert_eq!(args(Some("/o.rs")), "--crate-name a /o.rs -C opt-level=3 -Cmetadata=1 --emit=metadata");
    }

    #[test]
    fn roots_have_any_name() {
        let source = |line: &str| call(line).source().map(Path::to_owned);
        let root = Some(PathBuf::from("src/lib"));
        assert_eq!(
            source("--crate-name a --edition=2021 src/lib --crate-type lib --cap-lints warn --sysroot s.rs"),
            root
        );
        assert_eq!(source("--crate-name a src/lib --unknown b.rs"), root);
        assert_eq!(source("--crate-name a --crate-type lib @args"), None);
    }

    #[test]
    fn questions_are_no_crates() {
        for line in ["-vV", "- --crate-name ___ --print=file-names --crate-type bin", "--print cfg"] {
            assert_eq!(call(line).source(), None);
        }
    }

    #[test]
    fn one_more_file_in_dep_info() {
        let text = "/t/a.d: /w/a.rs\n\n/t/liba.rlib: /w/a.rs\n";
        let expected = "/t/a.d: /w/a.rs /o\\ v/m.json\n\n/t/liba.rlib: /w/a.rs\n";
        assert_eq!(depend_on(text, Path::new("/o v/m.json")), expected);
    }

    #[test]
    fn dep_info_names_the_originals() {
        let text = "/t/a.d: /o\\ v/src/lib.rs /o\\ v/b.blob /w/x.txt\n\n/o\\ v/src/lib.rs:\n/o\\ v/b.blob:\n/w/x.txt:\n\n# env-dep:A=1\n";
        let expected = "/t/a.d: /w/src/lib.rs /w/x.txt\n\n/w/src/lib.rs:\n/w/x.txt:\n\n# env-dep:A=1\n";
        assert_eq!(rewrite_dep_info(text, Path::new("/o v"), Path::new("/w"), Path::new("/o v/b.blob")), expected);
    }
}
