//! The text of probes, and what the crate's root file gets at its end.

use crate::edits::ProbeAt;
use crate::options::{Options, ProbeForm};
use livecov_format::vocab::{CounterMode, Granularity};
use std::fmt::Write;

/// The module that the root file gets.
const MODULE: &str = "__livecov";

/// Writes probes.
pub(crate) struct Probes<'a> {
    pub(crate) options: &'a Options<'a>,
    /// Number of each function's first counter; none for those without.
    pub(crate) first_counters: Vec<Option<usize>>,
}

impl Probes<'_> {
    /// The text of one probe: a statement.
    pub(crate) fn text(&self, at: ProbeAt) -> Option<String> {
        let first = (*self.first_counters.get(at.function)?)?;
        let counter = match self.options.granularity {
            Granularity::PerFunc if at.unit > 0 => return None,
            Granularity::PerFunc => first,
            _ => first + at.unit,
        };
        let root = if at.place.is_macro { "$crate" } else { "crate" };
        let path = format!("{root}::{MODULE}");
        if at.place.is_const {
            return Some(format!("{path}::hit::<{counter}>();"));
        }
        let mode = mode_name(self.options.mode);
        Some(match (self.options.form, self.options.mode) {
            (ProbeForm::Optimised, CounterMode::Set) => format!("unsafe{{*{path}::SLAB.0[{counter}].as_ptr()=1}};"),
            (ProbeForm::Optimised, CounterMode::Count) => {
                format!("unsafe{{let c={path}::SLAB.0[{counter}].as_ptr();*c=(*c).wrapping_add(1)}};")
            }
            (ProbeForm::Portable, _) => {
                format!("{path}::rt::__abi_v1::probe!(portable_{mode},{path}::SLAB,{counter});")
            }
            _ if self.options.cfg.has_value("target_arch", "x86_64") => self.instructions(&path, counter),
            _ => format!("{path}::rt::__abi_v1::probe!({mode},{path}::SLAB,{counter});"),
        })
    }

    /// What `probe!` of the runtime comes to on x86-64: spelling it out saves
    /// the compiler a macro for each probe, which is a tenth of its time.
    fn instructions(&self, path: &str, counter: usize) -> String {
        let has_subsections = self.options.cfg.has_value("target_os", "linux");
        let (text, flags) = match self.options.mode {
            CounterMode::Count => (format!("inc qword ptr [rip+{{0}}+{}]", 8 * counter), ""),
            CounterMode::Atomic => (format!("lock inc qword ptr [rip+{{0}}+{}]", 8 * counter), ""),
            _ if has_subsections => (
                format!(
                    "cmp byte ptr [rip+{{0}}+{counter}],0;je 2f;.subsection 1;2: mov byte ptr [rip+{{0}}+{counter}],1;\
                     jmp 3f;.previous;3:"
                ),
                "",
            ),
            _ => (format!("mov byte ptr [rip+{{0}}+{counter}],1"), ",preserves_flags"),
        };
        format!(
            "unsafe{{{path}::rt::__abi_v1::core::arch::asm!(\"{text}\",sym {path}::SLAB,options(nomem,nostack{flags}))}};"
        )
    }
}

/// What the root file gets at its start.
pub(crate) fn root_start(has_const_probes: bool) -> &'static str {
    if has_const_probes { "#![feature(core_intrinsics,const_eval_select)]" } else { "" }
}

/// Whether all probes are instructions that tools know in machine code (`docs/ABI.md`).
fn has_known_probes(options: &Options<'_>) -> bool {
    let is_for = |arch| options.cfg.has_value("target_os", "linux") && options.cfg.has_value("target_arch", arch);
    // There the compiler chooses the instructions.
    let is_chosen = options.mode == CounterMode::Atomic;
    options.form == ProbeForm::Assembly && (is_for("x86_64") || is_for("aarch64") && !is_chosen)
}

/// What a crate's root file gets at its end.
pub(crate) struct RootEnd<'a> {
    pub(crate) options: &'a Options<'a>,
    pub(crate) tag: u32,
    pub(crate) counter_counts: &'a [usize],
    pub(crate) has_const_probes: bool,
}

impl RootEnd<'_> {
    pub(crate) fn text(&self) -> String {
        let Self { options, tag, counter_counts, has_const_probes } = self;
        let mode = mode_name(options.mode);
        let granularity = options.granularity.name();
        let count: usize = counter_counts.iter().sum();
        // Macros that other crates use lead here; a proc macro exports nothing else.
        let visibility = if options.cfg.has("proc_macro") { "" } else { "pub " };
        let mut text = format!(
            "\n#[doc(hidden)]\n#[allow(warnings)]\n{visibility}mod {MODULE} {{\n    pub extern crate {} as rt;\n",
            options.runtime,
        );
        if count > 0 {
            let probes = if has_known_probes(options) { "probes: assembly, " } else { "" };
            // By its path, as the crate may have a macro of that name. Writing to a string does not fail.
            let _ = write!(
                text,
                "    rt::__abi_v1::package! {{\n        mode: {mode}, granularity: {granularity}, {probes}tag: {tag}, \
                 counters: {count},\n        functions: {counter_counts:?},\n        meta: rt::__abi_v1::core::include_bytes!({:?}),\n    }}\n",
                options.blob_file.display().to_string(),
            );
        }
        if *has_const_probes {
            let form = if options.form == ProbeForm::Portable { "portable_" } else { "" };
            let _ = write!(
                text,
                "    #[inline(always)]\n    pub const fn hit<const N: usize>() {{\n        const fn nothing() {{}}\n        \
                 #[inline(always)]\n        fn hit<const N: usize>() {{\n            \
                 rt::__abi_v1::probe!({form}{mode}, SLAB, N);\n        }}\n        \
                 rt::__abi_v1::core::intrinsics::const_eval_select((), nothing, hit::<N>)\n    }}\n",
            );
        }
        if options.arms_signals {
            text.push_str("    rt::__abi_v1::arm_what_ends!();\n");
        }
        if options.arms_library {
            text.push_str("    rt::__abi_v1::arm_library!();\n");
        }
        if let Some(exports) = options.exports {
            let _ = writeln!(text, "    extern crate {exports} as _;");
        }
        text.push_str("}\n");
        text
    }
}

const fn mode_name(mode: CounterMode) -> &'static str {
    match mode {
        CounterMode::Count => "count",
        CounterMode::Atomic => "atomic",
        _ => "set",
    }
}
