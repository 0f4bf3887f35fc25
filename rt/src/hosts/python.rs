//! The end of a Python host.
//!
//! A host that is interrupted (Ctrl-C) handles SIGINT, raises an exception, and
//! after its own finalization ends itself by that signal, with its default
//! action. No destructor of a library runs then. But Python calls functions at
//! the end of its finalization, so an extension module writes its counters
//! there. It may do so for nothing, if the process goes on to an ordinary end:
//! nothing is written a second time if nothing has run in between.

use super::needed::is_python_module;
use crate::abi::{flags, py_at_exit};
use crate::emit::{What, emit};
use crate::files::Purpose;
use crate::held::SignalsBlocked;
use crate::image::Image;
use crate::images::own;
use crate::target::Destination;
use core::sync::atomic::{AtomicU64, Ordering};

/// The sum of all counters when they were written; 0 if they were not.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// Has Python call us at its end, if this is a module of its: those are never
/// unloaded.
pub(crate) fn watch() {
    if let Some(register) = py_at_exit().filter(|_| is_python_module()) {
        // SAFETY: the function is of the type that Python calls, and is there
        // as long as the process. If there is no room for it, nothing is written.
        unsafe { register(write) };
    }
}

extern "C" fn write() {
    let _signals = SignalsBlocked::new();
    let Some(image) = own() else { return };
    if image.has_flag(flags::EMITTED) || image.has_flag(flags::CLOSED) {
        return;
    }
    let sum = image.sum_of_counters();
    let Some(destination) = Destination::of_the_end() else { return };
    // What fails is told.
    if emit(&image, &destination, What::Snapshot(Purpose::BeforeHandler)).is_ok() {
        WRITTEN.store(sum, Ordering::Relaxed);
    }
}

/// Whether all that the image has counted was written when Python ended.
pub(crate) fn has_written_at_end(image: &Image<'_>) -> bool {
    let written = WRITTEN.load(Ordering::Relaxed);
    written != 0 && written == image.sum_of_counters()
}
