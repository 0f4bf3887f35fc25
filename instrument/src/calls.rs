//! Calls of the crate's macros: what they declare, and what of their arguments
//! is cut.

use crate::arguments::Waiting;
use crate::cutter::{Cutter, Rules};
use crate::expansion::{Call, Refusal};
use crate::finding::{Finding, Found};
use crate::krate::{Crate, rules_of};
use crate::look::{Look, Part};
use proc_macro2::{TokenStream, TokenTree};
use std::rc::Rc;

/// Of how many parts of a call's arguments each is tried by itself.
const PART_LIMIT: usize = 32;

impl Crate<'_> {
    /// What calls of other crates' macros declare, as far as their arguments
    /// say so.
    pub(crate) fn foreign_calls(&mut self) -> Vec<Found> {
        let mut found = Vec::new();
        for (number, call) in std::mem::take(&mut self.calls) {
            found.extend(self.declared(number, call, |cutter, call| cutter.foreign(call), true));
        }
        found
    }

    /// What the call of a macro of the crate declares.
    pub(crate) fn call(&mut self, number: usize, call: Call, rules: TokenStream) -> Vec<Found> {
        let Some(path) = self.files.get(number).map(|file| file.path.clone()) else { return Vec::new() };
        let tokens = match self.definitions.expand(rules, &call) {
            Ok(tokens) => tokens,
            Err(Refusal::Nothing) => return self.declared(number, call, |cutter, call| cutter.no_items(call), false),
            Err(Refusal::TooMuch) => {
                let line = self.files[number].text.position(call.given.range.start).0;
                let message = format!("what {}! declares is not looked for: it is too much", call.name);
                self.say(&path, line, message);
                return Vec::new();
            }
        };
        self.declared(number, call, |cutter, call| cutter.own(tokens, call), false)
    }

    /// Does `work` with what a call is known to declare.
    fn declared(
        &mut self,
        number: usize,
        call: Call,
        work: impl FnOnce(&mut Cutter<'_>, &Call),
        is_foreign: bool,
    ) -> Vec<Found> {
        let Some(path) = self.files.get(number).map(|file| file.path.clone()) else { return Vec::new() };
        let is_left_out = self.options.left_out.contains_key(&path);
        let known_functions = self.functions.len();
        let outermost = call.outermost.clone().unwrap_or_else(|| Rc::new(call.clone()));
        let rules = Rules { arms_signals: false, ..rules_of(self.options, &self.basis) };
        let file = &mut self.files[number];
        let finding = Finding {
            path,
            known_definitions: self.definitions.count(number),
            given: Some(call.given.clone()),
            outermost: Some(outermost.clone()),
            depth: call.depth,
            counted: std::mem::take(&mut file.counted),
            ..Finding::default()
        };
        let source = (number, file.display.as_str());
        let (names, place) = (call.names.clone(), call.place.clone());
        let mut cutter = Cutter::new(rules, &file.text, source, &mut self.functions, names, place, finding);
        work(&mut cutter, &call);
        let Cutter { edits, omissions, mut finding, mut skipped, .. } = cutter;
        file.counted = std::mem::take(&mut finding.counted);
        if is_left_out {
            self.functions.truncate(known_functions);
            finding.waiting.clear();
            finding.made.clear();
        } else {
            file.edits.append(edits);
            file.skipped.append(&mut skipped);
            self.omissions.extend(omissions);
        }
        if is_foreign {
            // If the macro does not take their probes, nobody knows of which.
            for function in self.functions.iter_mut().skip(known_functions) {
                function.call = Some(call.given.range.clone());
            }
        }
        self.note_made(number, outermost, std::mem::take(&mut finding.made));
        self.found(number, finding)
    }

    /// Cuts what a call among expressions was given, as far as that changes
    /// nothing else.
    pub(crate) fn arguments(&mut self, number: usize, waiting: &Waiting) -> Vec<Found> {
        let Waiting { call, is_statement, .. } = waiting;
        let text = &self.files[number].text;
        let look = Look::new(&mut self.definitions, self.options, (number, text), call, Some(&call.given));
        let looked = look.at(call.tokens.clone(), *is_statement);
        let (parts, has_templates) = (looked.parts, looked.has_templates);
        let trace = if parts.is_empty() {
            Vec::new()
        } else {
            let look = Look::new(&mut self.definitions, self.options, (number, text), call, None);
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
        let rules = rules_of(self.options, &self.basis);
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
    pub(crate) fn cut(
        &mut self,
        number: usize,
        waiting: &Waiting,
        (parts, trace): (&[Part], &[u64]),
        leads: bool,
    ) -> Option<Vec<Found>> {
        let Waiting { call, frame, is_statement } = waiting;
        let (before, known) = (self.functions.get(frame.function)?.clone(), self.functions.len());
        let rules = Rules { arms_signals: false, ..rules_of(self.options, &self.basis) };
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
                let look = Look::new(&mut self.definitions, self.options, text, call, None);
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
}
