//! What `LIVECOV_DEBUG` (or Go's `GOCOVERDEBUG`) shows on standard error, without
//! an allocator.

use crate::image::{Counters, Image, Package};
use crate::notice::Line;
use crate::slab::Source;
use crate::sys::environment;
use core::fmt::Write;
use core::sync::atomic::{AtomicBool, Ordering};
use livecov_format::hash::hex;

static IS_ON: AtomicBool = AtomicBool::new(false);

/// Looks whether a trace is wanted.
pub(crate) fn read_environment() {
    let is_on = environment(c"LIVECOV_DEBUG").or_else(|| environment(c"GOCOVERDEBUG")).is_some();
    IS_ON.store(is_on, Ordering::Relaxed);
}

/// Shows what of `image` was just written to `path`.
pub(crate) fn trace(image: &Image<'_>, path: &[u8], is_written: bool) {
    if !IS_ON.load(Ordering::Relaxed) {
        return;
    }
    let mut line = Line::new();
    let _ = line.write_str(if is_written { "wrote image " } else { "could not write image " });
    line.push(&hex(&image.meta_hash()));
    let kind = if image.is_main { "program" } else { "library" };
    let _ = write!(line, " ({kind}, mode {}) to ", image.mode().name());
    line.push(path);
    line.print();
    for (number, package) in image.packages().enumerate() {
        trace_package(number, &package, image);
    }
}

fn trace_package(number: usize, package: &Package<'_>, image: &Image<'_>) {
    let names = Names::of(package.meta);
    let mut line = Line::new();
    let _ = write!(line, "  package {number}: ");
    line.push(names.package());
    let (functions, counters) = (package.functions().count(), package.counters.len());
    let _ = write!(line, ", {functions} functions, {counters} counters");
    line.print();
    let view = image.control().window.view(0);
    let Some(view) = view.map(crate::window::View::live) else { return };
    let is_shadowed = image.is_shadowed();
    match &package.counters {
        Counters::Bytes(bytes) => trace_functions(package, &names, &bytes.source(view, is_shadowed)),
        Counters::Words(words) => trace_functions(package, &names, &words.source(view, is_shadowed)),
    }
}

fn trace_functions(package: &Package<'_>, names: &Names<'_>, source: &impl Source) {
    for (function, range) in package.functions() {
        let len = range.len();
        let live = range.filter(|index| source.value(*index) != 0).count();
        if live > 0 {
            let mut line = Line::new();
            let _ = write!(line, "    live function {function}: ");
            line.push(names.function(function));
            let _ = write!(line, ", {live} of {len} units ran");
            line.print();
        }
    }
}

/// Names in a package blob, for eyes: what cannot be read is empty.
struct Names<'b>(&'b [u8]);

impl<'b> Names<'b> {
    const PATH_OFFSET: usize = 8;
    const COUNT_OFFSET: usize = 40;
    const TABLES_OFFSET: usize = 44;

    const fn of(blob: &'b [u8]) -> Self {
        Self(blob)
    }

    fn number(&self, offset: usize) -> Option<usize> {
        let bytes = self.0.get(offset..)?.first_chunk()?;
        usize::try_from(u32::from_le_bytes(*bytes)).ok()
    }

    fn package(&self) -> &'b [u8] {
        self.number(Self::PATH_OFFSET).and_then(|index| self.string(index)).unwrap_or_default()
    }

    fn function(&self, function: u32) -> &'b [u8] {
        let name = || {
            let slot = usize::try_from(function).ok()?.checked_mul(4)?.checked_add(Self::TABLES_OFFSET)?;
            let mut payload = self.0.get(self.number(slot)?..)?;
            // First the number of units, then the index of the name.
            leb(&mut payload)?;
            self.string(leb(&mut payload)?)
        };
        name().unwrap_or_default()
    }

    fn string(&self, index: usize) -> Option<&'b [u8]> {
        let start = self.number(Self::COUNT_OFFSET)?.checked_mul(4)?.checked_add(Self::TABLES_OFFSET)?;
        let mut rest = self.0.get(start..)?;
        let count = leb(&mut rest)?;
        for _ in 0..index.min(count) {
            let len = leb(&mut rest)?;
            rest = rest.get(len..)?;
        }
        let len = leb(&mut rest)?;
        rest.get(..len)
    }
}

/// Reads an unsigned LEB128 number off the front of `bytes`.
fn leb(bytes: &mut &[u8]) -> Option<usize> {
    let mut value = 0usize;
    for shift in (0..usize::BITS).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= usize::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
