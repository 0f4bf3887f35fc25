//! A whole crate: its files one after the other, then what they come to.

use crate::arguments::Waiting;
use crate::blanks::{are_needed, blanks};
use crate::cfg::Cfg;
use crate::cutter::{Cutter, Rules};
use crate::edits::{Edits, Piece};
use crate::exclusions::{Region, Regions, TOOL_CFGS, regions};
use crate::expansion::{Call, Definitions};
use crate::finding::{Finding, Found};
use crate::functions::{Draft, Function};
use crate::generate::{Probes, RootEnd, root_start};
use crate::leaving::Leaving;
use crate::made::MadeByCall;
use crate::modules::{Candidates, ModuleFile, ModulePlace};
use crate::options::{Diagnostic, Instrumented, Options, Rejected, SourceFile};
use crate::rejected::find;
use crate::text::Text;
use crate::tolerant::Tolerant;
use livecov_format::encode::package::{PackageBlob, PackageBuilder, PackageError};
use livecov_format::hash::{Algorithm, Hasher};
use livecov_format::model::{Extension, FileInfo, FunctionDesc, Omission, OmissionReason, Span};
use livecov_format::vocab::Granularity;
use proc_macro2::TokenStream;
use std::collections::HashSet;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Reads a source file.
pub(crate) type Load<'a> = &'a mut dyn FnMut(&Path) -> io::Result<Vec<u8>>;

/// A file that was read.
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) display: String,
    pub(crate) text: Text,
    pub(crate) edits: Edits,
    /// What makes attributes for other tools inactive.
    pub(crate) blanks: Edits,
    pub(crate) info: FileInfo,
    /// Where code starts that was counted in an expansion.
    pub(crate) counted: HashSet<usize>,
    pub(crate) tokens: TokenStream,
    /// What of it does not run or is not known to.
    pub(crate) skipped: Vec<Range<usize>>,
}

/// What [`Rules`] refer to.
pub(crate) struct Basis {
    without_tests: Cfg,
    /// With what tools for coverage set.
    tools: Cfg,
    /// Without what they set.
    without_tools: Cfg,
    leaving: Leaving,
}

/// A crate on the way.
pub(crate) struct Crate<'a> {
    pub(crate) options: &'a Options<'a>,
    pub(crate) basis: Basis,
    pub(crate) files: Vec<File>,
    pub(crate) functions: Vec<Function>,
    pub(crate) omissions: Vec<Omission>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) seen: HashSet<PathBuf>,
    /// Files that the compiler reads and that have no items.
    pub(crate) named: HashSet<PathBuf>,
    pub(crate) definitions: Definitions,
    /// Calls of macros, with the number of the file that they stand in.
    pub(crate) calls: Vec<(usize, Call)>,
    /// Those among expressions.
    pub(crate) waiting: Vec<(usize, Waiting)>,
    /// Functions that calls make, with the number of the file.
    pub(crate) made: Vec<(usize, MadeByCall)>,
    /// Files that have attributes for other tools, which are inactive here.
    pub(crate) blanked: Vec<SourceFile>,
}

impl<'a> Crate<'a> {
    pub(crate) fn new(options: &'a Options<'a>) -> Self {
        Self::with(options, Leaving::default())
    }

    fn with(options: &'a Options<'a>, leaving: Leaving) -> Self {
        let mut without_tests = options.cfg.clone();
        if !options.include_tests {
            without_tests.remove("test");
        }
        let mut tools = options.cfg.clone();
        TOOL_CFGS.iter().for_each(|name| tools.set(name));
        let mut without_tools = options.cfg.clone();
        TOOL_CFGS.iter().for_each(|name| without_tools.remove(name));
        Self {
            options,
            basis: Basis { without_tests, tools, without_tools, leaving },
            files: Vec::new(),
            functions: Vec::new(),
            omissions: Vec::new(),
            diagnostics: Vec::new(),
            seen: HashSet::new(),
            named: HashSet::new(),
            definitions: Definitions::default(),
            calls: Vec::new(),
            waiting: Vec::new(),
            made: Vec::new(),
            blanked: Vec::new(),
        }
    }

    /// Reads and cuts all files, from the root file on.
    pub(crate) fn read(&mut self, load: Load<'_>) {
        self.read_files(self.root(), load);
        let leaving = self.leaving_found();
        if !leaving.is_empty() {
            // It decides where units start, and may be defined in any file.
            *self = Self::with(self.options, leaving);
            proc_macro2::extra::invalidate_current_thread_spans();
            self.read_files(self.root(), load);
        }
        while !(self.waiting.is_empty() && self.calls.is_empty() && self.made.is_empty()) {
            let mut found = self.foreign_calls();
            for (file, call) in std::mem::take(&mut self.waiting) {
                found.extend(self.arguments(file, &call));
            }
            for (file, call) in std::mem::take(&mut self.made) {
                found.extend(self.made(file, &call));
            }
            self.read_files(found, load);
        }
    }

    /// What may leave in the files so far.
    fn leaving_found(&self) -> Leaving {
        let mut leaving = Leaving::default();
        for file in &self.files {
            leaving.add_functions(file.tokens.clone());
        }
        leaving.add_macros(self.definitions.meanings(), self.options.cfg);
        leaving
    }

    fn root(&self) -> Vec<Found> {
        let path = self.options.root;
        let root = ModuleFile { path: path.to_owned(), place: ModulePlace::root(path) };
        vec![Found { names: Vec::new(), candidates: vec![root], is_left_out: false }]
    }

    /// Reads files and those that they lead to, also by calls of macros.
    fn read_files(&mut self, mut waiting: Vec<Found>, load: Load<'_>) {
        loop {
            while let Some(Found { names, candidates, is_left_out }) = waiting.pop() {
                let Some((file, bytes)) = self.load(candidates, load) else { continue };
                let seen = if is_left_out { &mut self.named } else { &mut self.seen };
                if !seen.insert(file.path.clone()) {
                    continue;
                }
                let mut found = self.file(file, bytes, names, is_left_out);
                // Modules in their order: the last is taken first.
                found.reverse();
                waiting.append(&mut found);
            }
            let is_done = !self.expand_calls(&mut waiting);
            if is_done && waiting.is_empty() {
                return;
            }
        }
    }

    /// Expands calls, and says whether there were any. A macro may be defined
    /// in a later file than it is called in, or by another call: the calls
    /// that are left at last are of other crates' macros.
    fn expand_calls(&mut self, waiting: &mut Vec<Found>) -> bool {
        let mut is_any = false;
        for (file, call) in std::mem::take(&mut self.calls) {
            match self.definitions.rules(file, &call) {
                Some(rules) => {
                    is_any = true;
                    waiting.extend(self.call(file, call, rules));
                }
                None => self.calls.push((file, call)),
            }
        }
        is_any
    }

    /// Keeps what a file leads to, and gives the modules.
    pub(crate) fn found(&mut self, number: usize, finding: Finding) -> Vec<Found> {
        self.definitions.add(number, finding.definitions);
        self.waiting.extend(finding.waiting.into_iter().map(|call| (number, call)));
        self.calls.extend(finding.calls.into_iter().map(|call| (number, call)));
        self.named.extend(finding.named);
        finding.found
    }

    fn load(&mut self, candidates: Candidates, load: Load<'_>) -> Option<(ModuleFile, Vec<u8>)> {
        for file in candidates {
            match load(&file.path) {
                Ok(bytes) => return Some((file, bytes)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => self.say(&file.path, 0, format!("cannot read it: {error}")),
            }
        }
        // The compiler says what is missing, if it does miss it.
        None
    }

    pub(crate) fn say(&mut self, path: &Path, line: u32, message: String) {
        self.diagnostics.push(Diagnostic { path: path.to_owned(), line, message });
    }

    /// Cuts one file, and gives the modules that it declares.
    fn file(&mut self, file: ModuleFile, bytes: Vec<u8>, names: Vec<String>, is_left_out: bool) -> Vec<Found> {
        let display = (self.options.display)(&file.path);
        let content_hash = content_hash(&bytes);
        let Ok(text) = String::from_utf8(bytes) else {
            self.unparsed(&file.path, &display, 0, "not UTF-8");
            return Vec::new();
        };
        let mut text = Text::new(text);
        let Ok(tokens) = text.code().parse::<TokenStream>() else {
            self.unparsed(&file.path, &display, 0, "not Rust");
            return Vec::new();
        };
        let syntax = self.parse(&file.path, &display, &text, tokens.clone());
        if !self.options.cfg.keeps(&syntax.attrs) {
            return Vec::new();
        }
        let blanks = blanks(&text, &tokens, self.options.cfg);
        if !blanks.is_empty() {
            let text = blanks.clone().apply(text.as_str(), &|_| None);
            self.blanked.push(SourceFile { path: file.path.clone(), text });
        }
        let comments = regions(&text, &tokens);
        text.exclude(&comments.regions);
        let omission = self.options.left_out.get(&file.path).cloned();
        let known = self.functions.len();
        let number = self.files.len();
        let finding = Finding { path: file.path.clone(), is_left_out, ..Finding::default() };
        let rules = rules_of(self.options, &self.basis);
        let mut cutter = Cutter::new(rules, &text, (number, &display), &mut self.functions, names, file.place, finding);
        if self.options.counts || are_needed(self.options.cfg) {
            cutter.file_items(&syntax);
        }
        let (mut edits, omissions, mut finding) = (cutter.edits, cutter.omissions, cutter.finding);
        if is_left_out {
            self.named.extend(finding.named);
            return finding.found;
        }
        let skipped = cutter.skipped;
        if !self.options.counts {
            // It was read for its modules, in which there may be attributes for other tools.
            self.functions.truncate(known);
            edits = Edits::default();
            (finding.waiting, finding.calls) = (Vec::new(), Vec::new());
        }
        match omission {
            Some(omission) => {
                self.functions.truncate(known);
                finding.waiting.clear();
                edits = Edits::default();
                self.omissions.push(omission);
            }
            None if !self.options.counts => {}
            None => {
                let path = (file.path.as_path(), display.as_str());
                self.excluded_by_comments(path, (&text, &tokens), comments, (&omissions, &skipped));
                self.omissions.extend(omissions);
            }
        }
        let info = FileInfo { path: display.clone().into_bytes(), content_hash, code_lines: Vec::new() };
        let counted = HashSet::new();
        self.files.push(File { path: file.path, display, text, edits, blanks, info, counted, tokens, skipped });
        self.found(number, finding)
    }

    /// Lists the regions that comments exclude, but for those in what is not
    /// instrumented anyway, and reports comments that have no effect.
    fn excluded_by_comments(
        &mut self,
        (path, display): (&Path, &str),
        (text, tokens): (&Text, &TokenStream),
        comments: Regions,
        (omissions, skipped): (&[Omission], &[Range<usize>]),
    ) {
        for (offset, message) in comments.warnings {
            self.say(path, text.position(offset).0, message);
        }
        for Region { range, marker, .. } in comments.regions.into_iter().filter(|region| !region.is_of_branches) {
            let span = text.span(&range);
            let is_in_omission = omissions.iter().any(|omission| contains(&omission.span, &span));
            let is_skipped = skipped.iter().any(|skipped| skipped.start <= range.start && range.end <= skipped.end);
            if !is_in_omission && !is_skipped && text.has_token(tokens, &range) {
                let (path, detail) = (display.as_bytes().to_vec(), marker.into_bytes());
                self.omissions.push(Omission { path, span, reason: OmissionReason::Comment, detail });
            }
        }
    }

    /// Items that the parser does not know are left out by themselves.
    fn parse(&mut self, path: &Path, display: &str, text: &Text, tokens: TokenStream) -> syn::File {
        let Ok(Tolerant { attrs, items, failures }) = syn::parse2(tokens) else {
            return syn::File { shebang: None, attrs: Vec::new(), items: Vec::new() };
        };
        for failure in failures {
            let span = text.span(&text.range(failure.span()));
            self.say(path, span.start_line, format!("an item is left out, as it cannot be parsed: {failure}"));
            let (path, detail) = (display.as_bytes().to_vec(), failure.to_string().into_bytes());
            self.omissions.push(Omission { path, span, reason: OmissionReason::Unparsed, detail });
        }
        syn::File { shebang: None, attrs, items }
    }

    fn unparsed(&mut self, path: &Path, display: &str, line: u32, why: &str) {
        self.say(path, line, format!("left out, as it cannot be parsed: {why}"));
        self.seen.insert(path.to_owned());
        let detail = why.as_bytes().to_vec();
        let reason = OmissionReason::Unparsed;
        self.omissions.push(Omission { path: display.as_bytes().to_vec(), span: Span::default(), reason, detail });
    }

    /// The new texts and the blob.
    pub(crate) fn finish(mut self) -> Result<Instrumented, PackageError> {
        let read = self.seen.iter().chain(&self.named).cloned().collect();
        let mut done = Instrumented { read, ..Instrumented::default() };
        done.has_macro_probes = self.files.iter().any(|file| file.edits.has_macro_probes());
        done.rejected = self.reject();
        done.read.sort();
        done.read.dedup();
        done.diagnostics = std::mem::take(&mut self.diagnostics);
        done.omissions.clone_from(&self.omissions);
        let is_root_there = self.files.first().is_some_and(|file| file.path == self.options.root);
        if !is_root_there {
            return Ok(done);
        }
        for file in &mut self.files {
            let (tokens, skipped) = (std::mem::take(&mut file.tokens), std::mem::take(&mut file.skipped));
            file.info.code_lines = file.text.code_lines(tokens, skipped);
        }
        let mut counts = Vec::new();
        let mut probes = Probes { options: self.options, first_counters: Vec::new() };
        for function in &self.functions {
            let units = if function.units.is_empty() { None } else { Some(self.counters(function)) };
            probes.first_counters.push(units.map(|_| counts.iter().sum()));
            counts.extend(units);
        }
        let blob = self.blob()?;
        done.function_count = counts.len();
        done.unit_count = counts.iter().sum();
        let tag = u32::from_le_bytes(*blob.hash.first_chunk().unwrap_or(&[0; 4]));
        if done.unit_count > 0 || self.options.arms_signals || self.options.exports.is_some() {
            self.texts(&probes, tag, &counts, &mut done);
        }
        done.blanked = std::mem::take(&mut self.blanked);
        let others = done.blanked.iter().filter(|blanked| !done.files.iter().any(|file| file.path == blanked.path));
        done.files.extend(others.cloned().collect::<Vec<_>>());
        done.blob = blob.bytes;
        Ok(done)
    }

    /// Takes back what the compiler has refused.
    fn reject(&mut self) -> Vec<Rejected> {
        let texts: Vec<_> = self.files.iter().map(|file| (file.path.as_path(), &file.text)).collect();
        let found = find(self.options.complaints, &texts, &self.functions);
        let mut rejected = Vec::new();
        for (number, why) in found {
            let Some(function) = self.functions.get_mut(number) else { continue };
            let Some(file) = self.files.get_mut(function.file) else { continue };
            file.edits.remove(number);
            function.units.clear();
            let span = file.text.span(&function.declaration);
            let (path, detail, reason) =
                (file.display.clone().into_bytes(), why.clone().into_bytes(), OmissionReason::Rejected);
            self.omissions.push(Omission { path, span, reason, detail });
            let (path, name, line) = (file.path.clone(), function.name.clone(), span.start_line);
            rejected.push(Rejected { path, line, name, why });
        }
        rejected
    }

    fn counters(&self, function: &Function) -> usize {
        if self.options.granularity == Granularity::PerFunc { 1 } else { function.units.len() }
    }

    fn texts(&mut self, probes: &Probes<'_>, tag: u32, counter_counts: &[usize], done: &mut Instrumented) {
        let options = self.options;
        let has_const_probes = self.files.iter().any(|file| file.edits.has_const_probes());
        let end = RootEnd { options, tag, counter_counts, has_const_probes };
        for (number, mut file) in std::mem::take(&mut self.files).into_iter().enumerate() {
            if number == 0 {
                let start = root_start(has_const_probes).to_owned();
                file.edits.insert(file.text.root_start(), Piece::Verbatim(start));
                file.edits.insert(file.text.as_str().len(), Piece::Verbatim(end.text()));
            }
            file.edits.append(file.blanks);
            if !file.edits.is_empty() {
                let text = file.edits.apply(file.text.as_str(), &|at| probes.text(at));
                done.files.push(SourceFile { path: file.path, text });
            }
        }
        done.has_const_probes = has_const_probes;
    }

    fn blob(&mut self) -> Result<PackageBlob, PackageError> {
        let options = self.options;
        let names = [options.package_path, options.crate_name, options.module_path].map(str::as_bytes);
        let [path, name, module] = names;
        let mut builder = PackageBuilder::new(path, name, module)?;
        let mut infos = Vec::new();
        for function in self.functions.iter().filter(|function| !function.units.is_empty()) {
            let Some(file) = self.files.get(function.file) else { continue };
            let whole = [function.whole()];
            let drafts: &[Draft] =
                if self.options.granularity == Granularity::PerFunc { &whole } else { &function.units };
            let units: Vec<_> = drafts.iter().map(|draft| draft.unit(file.text.span(&draft.range))).collect();
            builder.add_function(&FunctionDesc {
                name: function.name.as_bytes(),
                file: file.display.as_bytes(),
                is_literal: function.is_literal,
                units: &units,
            });
            infos.push(function.info(file.text.span(&function.declaration), drafts));
        }
        let files = self.files.iter().map(|file| file.info.clone()).collect();
        builder.set_extension(Extension { files, functions: infos, omissions: std::mem::take(&mut self.omissions) });
        builder.finish()
    }
}

pub(crate) const fn rules_of<'c>(options: &'c Options<'_>, basis: &'c Basis) -> Rules<'c> {
    let Basis { without_tests, tools, without_tools, leaving } = basis;
    Rules {
        cfg: options.cfg,
        without_tests,
        tools,
        without_tools,
        leaving,
        const_fn: options.const_fn,
        edition: options.edition,
        manifest_dir: options.manifest_dir,
        arms_signals: options.arms_signals,
    }
}

fn contains(outer: &Span, inner: &Span) -> bool {
    (outer.start_line, outer.start_col) <= (inner.start_line, inner.start_col)
        && (inner.end_line, inner.end_col) <= (outer.end_line, outer.end_col)
}

fn content_hash(bytes: &[u8]) -> [u8; 16] {
    let mut hasher = Hasher::new(Algorithm::Md5);
    hasher.update(bytes);
    hasher.finish()
}
