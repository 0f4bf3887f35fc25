//! A whole crate: its files one after the other, then what they come to.

use crate::arguments::Waiting;
use crate::cfg::Cfg;
use crate::cutter::{Cutter, Rules};
use crate::edits::{Edits, Piece};
use crate::expansion::{Call, Definitions, Refusal};
use crate::finding::{Finding, Found};
use crate::functions::{Draft, Function};
use crate::generate::{Probes, RootEnd, root_start};
use crate::look::{Look, Part};
use crate::modules::{Candidates, ModuleFile, ModulePlace};
use crate::options::{Diagnostic, Instrumented, Options, Rejected, SourceFile};
use crate::rejected::find;
use crate::text::Text;
use livecov_format::encode::package::{PackageBlob, PackageBuilder, PackageError};
use livecov_format::hash::{Algorithm, Hasher};
use livecov_format::model::{Extension, FileInfo, FunctionDesc, Omission, OmissionReason, Span};
use livecov_format::vocab::Granularity;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::HashSet;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream};

/// Of how many parts of a call's arguments each is tried by itself.
const PART_LIMIT: usize = 32;

/// Reads a source file.
pub(crate) type Load<'a> = &'a mut dyn FnMut(&Path) -> io::Result<Vec<u8>>;

/// A file that was read.
struct File {
    path: PathBuf,
    display: String,
    text: Text,
    edits: Edits,
    info: FileInfo,
    /// Where code starts that was counted in an expansion.
    counted: HashSet<usize>,
    tokens: TokenStream,
    /// What of it does not run or is not known to.
    skipped: Vec<Range<usize>>,
}

/// A crate on the way.
pub(crate) struct Crate<'a> {
    options: &'a Options<'a>,
    without_tests: Cfg,
    files: Vec<File>,
    functions: Vec<Function>,
    omissions: Vec<Omission>,
    diagnostics: Vec<Diagnostic>,
    seen: HashSet<PathBuf>,
    /// Files that the compiler reads and that have no items.
    named: HashSet<PathBuf>,
    definitions: Definitions,
    /// Calls of macros, with the number of the file that they stand in.
    calls: Vec<(usize, Call)>,
    /// Those among expressions.
    waiting: Vec<(usize, Waiting)>,
}

impl<'a> Crate<'a> {
    pub(crate) fn new(options: &'a Options<'a>) -> Self {
        let mut without_tests = options.cfg.clone();
        if !options.include_tests {
            without_tests.remove("test");
        }
        Self {
            options,
            without_tests,
            files: Vec::new(),
            functions: Vec::new(),
            omissions: Vec::new(),
            diagnostics: Vec::new(),
            seen: HashSet::new(),
            named: HashSet::new(),
            definitions: Definitions::default(),
            calls: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// Reads all files, from the root file on.
    pub(crate) fn read(&mut self, load: Load<'_>) {
        let root = ModuleFile { path: self.options.root.to_owned(), place: ModulePlace::root(self.options.root) };
        let mut waiting = vec![Found { names: Vec::new(), candidates: vec![root], is_left_out: false }];
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
            // A macro may be defined in a later file than it is called in, or
            // by another call. The last calls are of other crates' macros.
            let mut is_done = true;
            for (file, call) in std::mem::take(&mut self.calls) {
                match self.definitions.rules(file, &call) {
                    Some(rules) => {
                        is_done = false;
                        waiting.extend(self.call(file, call, rules));
                    }
                    None => self.calls.push((file, call)),
                }
            }
            if is_done && waiting.is_empty() {
                if self.waiting.is_empty() {
                    return;
                }
                for (file, call) in std::mem::take(&mut self.waiting) {
                    waiting.extend(self.arguments(file, &call));
                }
            }
        }
    }

    /// What the call of a macro of the crate declares.
    fn call(&mut self, number: usize, call: Call, rules: TokenStream) -> Vec<Found> {
        let Some(path) = self.files.get(number).map(|file| file.path.clone()) else { return Vec::new() };
        let tokens = match self.definitions.expand(rules, &call) {
            Ok(tokens) => tokens,
            Err(Refusal::Nothing) => return Vec::new(),
            Err(Refusal::TooMuch) => {
                let line = self.files[number].text.position(call.given.range.start).0;
                let message = format!("what {}! declares is not looked for: it is too much", call.name);
                self.say(&path, line, message);
                return Vec::new();
            }
        };
        let is_left_out = self.options.left_out.contains_key(&path);
        let known_functions = self.functions.len();
        let rules = Rules { arms_signals: false, ..rules_of(self.options, &self.without_tests) };
        let file = &mut self.files[number];
        let finding = Finding {
            path,
            known_definitions: self.definitions.count(number),
            given: Some(call.given),
            depth: call.depth,
            counted: std::mem::take(&mut file.counted),
            ..Finding::default()
        };
        let source = (number, file.display.as_str());
        let mut cutter = Cutter::new(rules, &file.text, source, &mut self.functions, call.names, call.place, finding);
        cutter.expansion(tokens, call.position);
        let (edits, omissions, mut finding) = (cutter.edits, cutter.omissions, cutter.finding);
        file.counted = std::mem::take(&mut finding.counted);
        if is_left_out {
            self.functions.truncate(known_functions);
            finding.waiting.clear();
        } else {
            file.edits.append(edits);
            self.omissions.extend(omissions);
        }
        self.found(number, finding)
    }

    /// Cuts what a call among expressions was given, as far as that changes
    /// nothing else.
    fn arguments(&mut self, number: usize, waiting: &Waiting) -> Vec<Found> {
        let Waiting { call, is_statement, .. } = waiting;
        let text = &self.files[number].text;
        let look = Look::new(&mut self.definitions, self.options.cfg, (number, text), call, Some(&call.given));
        let looked = look.at(call.tokens.clone(), *is_statement);
        let (parts, has_templates) = (looked.parts, looked.has_templates);
        let trace = if parts.is_empty() {
            Vec::new()
        } else {
            let look = Look::new(&mut self.definitions, self.options.cfg, (number, text), call, None);
            look.at(call.tokens.clone(), *is_statement).trace
        };
        let mut modules = Vec::new();
        let mut cut = Vec::new();
        let mut attempt = |this: &mut Self, parts: &[Part], leads: bool| {
            let Some(found) = this.cut(number, waiting, (parts, &trace), leads) else { return false };
            cut.extend(parts.iter().map(|part| part.range(&this.files[number].text)));
            modules.extend(found);
            true
        };
        if !attempt(self, &parts, true) && parts.len() <= PART_LIMIT {
            for part in parts.chunks(1) {
                let _ = attempt(self, part, true) || attempt(self, part, false);
            }
        }
        if has_templates {
            return modules;
        }
        let file = &mut self.files[number];
        let rules = rules_of(self.options, &self.without_tests);
        let (names, place) = (call.names.clone(), call.place.clone());
        let source = (number, file.display.as_str());
        let mut cutter = Cutter::new(rules, &file.text, source, &mut self.functions, names, place, Finding::default());
        cutter.left_alone(call, &cut);
        file.skipped.append(&mut cutter.skipped);
        self.omissions.append(&mut cutter.omissions);
        modules
    }

    /// Cuts parts of what a call was given; none, with nothing done, if the
    /// probes are in the way of the macro.
    fn cut(
        &mut self,
        number: usize,
        waiting: &Waiting,
        (parts, trace): (&[Part], &[u64]),
        leads: bool,
    ) -> Option<Vec<Found>> {
        let Waiting { call, frame, is_statement } = waiting;
        let (before, known) = (self.functions.get(frame.function)?.clone(), self.functions.len());
        let rules = Rules { arms_signals: false, ..rules_of(self.options, &self.without_tests) };
        let known_definitions = self.definitions.count(number);
        let file = &mut self.files[number];
        let finding = Finding { path: file.path.clone(), known_definitions, ..Finding::default() };
        let (names, place) = (call.names.clone(), call.place.clone());
        let source = (number, file.display.as_str());
        let mut cutter = Cutter::new(rules, &file.text, source, &mut self.functions, names, place, finding);
        cutter.parts(*frame, parts, leads);
        let Cutter { edits, mut omissions, mut skipped, finding, .. } = cutter;
        let is_same = edits.is_empty() || {
            let marked = edits.clone().marked_within(file.text.as_str(), &call.given.range);
            let arguments = marked.parse::<TokenStream>().ok().and_then(|tokens| tokens.into_iter().next());
            matches!(arguments, Some(TokenTree::Group(arguments)) if {
                let text = (number, &file.text);
                let look = Look::new(&mut self.definitions, self.options.cfg, text, call, None);
                let found = look.at(arguments.stream(), *is_statement);
                !found.has_stray_marks && found.trace == trace
            })
        };
        if !is_same {
            self.functions.truncate(known);
            self.functions[frame.function] = before;
            return None;
        }
        file.edits.append(edits);
        file.skipped.append(&mut skipped);
        self.omissions.append(&mut omissions);
        Some(self.found(number, finding))
    }

    /// Keeps what a file leads to, and gives the modules.
    fn found(&mut self, number: usize, finding: Finding) -> Vec<Found> {
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

    fn say(&mut self, path: &Path, line: u32, message: String) {
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
        let text = Text::new(text);
        let Ok(tokens) = text.code().parse::<TokenStream>() else {
            self.unparsed(&file.path, &display, 0, "not Rust");
            return Vec::new();
        };
        let syntax = self.parse(&file.path, &display, &text, tokens.clone());
        if !self.options.cfg.keeps(&syntax.attrs) {
            return Vec::new();
        }
        let omission = self.options.left_out.get(&file.path).cloned();
        let known = self.functions.len();
        let number = self.files.len();
        let finding = Finding { path: file.path.clone(), is_left_out, ..Finding::default() };
        let rules = rules_of(self.options, &self.without_tests);
        let mut cutter = Cutter::new(rules, &text, (number, &display), &mut self.functions, names, file.place, finding);
        if self.options.counts {
            cutter.file_items(&syntax);
        }
        let (mut edits, omissions, mut finding) = (cutter.edits, cutter.omissions, cutter.finding);
        if is_left_out {
            self.named.extend(finding.named);
            return finding.found;
        }
        let skipped = cutter.skipped;
        match omission {
            Some(omission) => {
                self.functions.truncate(known);
                finding.waiting.clear();
                edits = Edits::default();
                self.omissions.push(omission);
            }
            None => self.omissions.extend(omissions),
        }
        let info = FileInfo { path: display.clone().into_bytes(), content_hash, code_lines: Vec::new() };
        let counted = HashSet::new();
        self.files.push(File { path: file.path, display, text, edits, info, counted, tokens, skipped });
        self.found(number, finding)
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
        if done.unit_count > 0 || self.options.arms_signals {
            self.texts(&probes, tag, &counts, &mut done);
        }
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

const fn rules_of<'c>(options: &'c Options<'_>, without_tests: &'c Cfg) -> Rules<'c> {
    Rules {
        cfg: options.cfg,
        without_tests,
        const_fn: options.const_fn,
        manifest_dir: options.manifest_dir,
        arms_signals: options.arms_signals,
    }
}

/// A file, as far as it can be parsed.
struct Tolerant {
    attrs: Vec<syn::Attribute>,
    items: Vec<syn::Item>,
    failures: Vec<syn::Error>,
}

impl Parse for Tolerant {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(syn::Attribute::parse_inner)?;
        let (mut items, mut failures) = (Vec::new(), Vec::new());
        while !input.is_empty() {
            let ahead = input.fork();
            match ahead.parse() {
                Ok(item) => {
                    input.advance_to(&ahead);
                    items.push(item);
                }
                // What ends without a block, such as a type of an older
                // edition, has no code that could be missed.
                Err(error) if skip_item(input)? => failures.push(error),
                Err(_) => {}
            }
        }
        Ok(Self { attrs, items, failures })
    }
}

/// Goes to where an item of whatever kind ends: behind `;` or a block. Whether
/// it was a block.
fn skip_item(input: ParseStream<'_>) -> syn::Result<bool> {
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        match &token {
            TokenTree::Punct(mark) if mark.as_char() == ';' => return Ok(false),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return Ok(true),
            _ => {}
        }
    }
    Ok(false)
}

fn content_hash(bytes: &[u8]) -> [u8; 16] {
    let mut hasher = Hasher::new(Algorithm::Md5);
    hasher.update(bytes);
    hasher.finish()
}
