//! What one file leads to: modules, macros, files that it includes.

use crate::arguments::Waiting;
use crate::cutter::Cutter;
use crate::edits::Piece;
use crate::expansion::{Call, Definition, Given};
use crate::made::Made;
use crate::modules::{Candidates, ModuleFile, ModulePlace, straight};
use crate::options::OVERLAY_ROOT;
use livecov_format::model::OmissionReason;
use std::collections::HashSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Macro, Token};

/// A file that belongs to the crate.
pub(crate) struct Found {
    /// Modules around what is in it.
    pub(crate) names: Vec<String>,
    pub(crate) candidates: Candidates,
    /// Whether it is read only for the modules that it declares.
    pub(crate) is_left_out: bool,
}

/// What is known where a file is worked through, and what is found in it.
#[derive(Default)]
pub(crate) struct Finding {
    pub(crate) path: PathBuf,
    pub(crate) found: Vec<Found>,
    /// Files that the compiler reads and that have no items.
    pub(crate) named: Vec<PathBuf>,
    pub(crate) definitions: Vec<Definition>,
    pub(crate) calls: Vec<Call>,
    /// Calls in the place of expressions and statements.
    pub(crate) waiting: Vec<Waiting>,
    /// Functions of which the definition has the braces.
    pub(crate) made: Vec<Made>,
    /// How many macros the file has defined before.
    pub(crate) known_definitions: usize,
    /// In the expansion of a call: what that was given.
    pub(crate) given: Option<Given>,
    /// The call in the text that leads here.
    pub(crate) outermost: Option<Rc<Call>>,
    /// How many calls lie around the code at hand.
    pub(crate) depth: usize,
    /// Where in the text code starts that was counted in an expansion.
    pub(crate) counted: HashSet<usize>,
    /// Whether what is found has no counters.
    pub(crate) is_left_out: bool,
}

/// The path in an `include!`.
enum Included {
    Path(PathBuf),
    /// In the folder of what a build script makes.
    Made,
}

impl Cutter<'_> {
    /// A file whose items are those of this place.
    pub(crate) fn found(&mut self, names: Vec<String>, candidates: Candidates) {
        let is_left_out = self.finding.is_left_out;
        self.finding.found.push(Found { names, candidates, is_left_out });
    }

    /// `include!` in the place of an item. Whether it stands in the text, and
    /// not only in a definition.
    pub(crate) fn include(&mut self, call: &Macro, is_in_text: bool) {
        if self.in_macro {
            return;
        }
        let why = match self.included(call) {
            Some((Included::Path(path), is_absolute)) => {
                if !is_absolute || is_in_text && self.lead_to(&self.text.range_of(&call.tokens), &path) {
                    let place = ModulePlace::root(&path);
                    return self.found(self.names.clone(), vec![ModuleFile { path, place }]);
                }
                self.finding.named.push(path);
                "include! in a macro"
            }
            Some((Included::Made, _)) => "include! of what a build script makes",
            None => "include! of a path that is not known",
        };
        let range = if is_in_text {
            self.text.range_of(call)
        } else {
            self.finding.given.as_ref().map(|given| given.range.clone()).unwrap_or_default()
        };
        self.omit(&range, OmissionReason::Configured, why);
    }

    /// `include!` in the place of an expression or a statement: not counted.
    pub(crate) fn included_expression(&mut self, call: &Macro) {
        if self.in_macro {
            return;
        }
        if let Some((Included::Path(path), _)) = self.included(call) {
            self.finding.named.push(path);
        }
        let range = self.text.range_of(call);
        self.omit(&range, OmissionReason::Macro, "include! of an expression");
    }

    /// The file that is included, and whether the text says so by its whole
    /// path.
    fn included(&self, call: &Macro) -> Option<(Included, bool)> {
        let arguments = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(call.tokens.clone()).ok()?;
        let path = self.path_text(arguments.first()?)?;
        let Some(path) = path else { return Some((Included::Made, true)) };
        let folder = self.finding.path.parent().unwrap_or(Path::new(""));
        let is_absolute = Path::new(&path).is_absolute();
        Some((Included::Path(straight(&folder.join(path))), is_absolute))
    }

    /// The text of an expression that is a path; inside that none, if a build
    /// script makes what is there.
    fn path_text(&self, expr: &Expr) -> Option<Option<String>> {
        if let Some(text) = crate::cfg::string(expr) {
            return Some(Some(text));
        }
        let Expr::Macro(call) = expr else { return None };
        let arguments = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(call.mac.tokens.clone()).ok()?;
        match crate::syntax::macro_name(&call.mac.path).as_str() {
            "concat" => {
                let parts: Option<Vec<_>> = arguments.iter().map(|part| self.path_text(part)).collect();
                Some(parts?.into_iter().collect())
            }
            "env" => match crate::cfg::string(arguments.first()?)?.as_str() {
                "OUT_DIR" => Some(None),
                "CARGO_MANIFEST_DIR" => Some(Some(self.rules.manifest_dir?.to_str()?.to_owned())),
                _ => None,
            },
            _ => None,
        }
    }

    /// Has the compiler find the copy of a file that the text at `range` names
    /// by its whole path. False if that cannot be written.
    pub(crate) fn lead_to(&mut self, range: &Range<usize>, path: &Path) -> bool {
        let is_plain = self.text.as_str().get(range.clone()).is_some_and(|text| !text.contains(['*', '\\']));
        let Some(name) = path.to_str().filter(|_| is_plain && !range.is_empty()) else { return false };
        // What stood there becomes a comment: lines stay as they are.
        self.edits.insert(range.start, Piece::Verbatim(format!("{:?} /*", format!("{OVERLAY_ROOT}{name}"))));
        self.edits.insert(range.end, Piece::Verbatim("*/".to_owned()));
        true
    }
}
