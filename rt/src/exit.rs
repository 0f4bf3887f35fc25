//! The last emission of an image: when the process ends by `exit` or a return
//! from `main`, on whatever thread, or when the image is unloaded.

use crate::abi::flags;
use crate::emit::{What, emit};
use crate::files::Purpose;
use crate::identity::settle_stamp;
use crate::images::{other_walks, own};
use crate::sys::{ErrnoGuard, pause};
use crate::target::Destination;
use crate::trace::trace;

/// How often it is asked whether walks have ended, each time after a pause:
/// five seconds.
const MAX_PAUSES: usize = 50_000;

/// Entered in `.fini_array` (`abi/symbols.rs`).
pub(crate) extern "C" fn at_exit() {
    let _errno = ErrnoGuard::new();
    let Some(image) = own() else { return };
    if !image.is_instrumented() {
        return;
    }
    crate::trace::read_environment();
    image.set_flag(flags::CLOSED);
    if !image.is_main {
        settle_others();
        // At the end of the process its code stays where it is.
        if !crate::hosts::process_ends() {
            crate::signal::library_goes();
        }
        // That is not known for sure, and when it is unloaded its memory goes.
        wait_for_walks();
    }
    if image.is_main {
        crate::writer::finish();
        crate::signal::tell_of_named_signals();
    }
    if image.set_flag(flags::EMITTED) {
        return;
    }
    if crate::hosts::has_written_at_end(&image) {
        return;
    }
    settle_stamp(&image);
    crate::settings::load();
    let Some(destination) = Destination::of_the_end() else { return };
    // What fails is told.
    let written = emit(&image, &destination, What::Snapshot(Purpose::Last));
    trace(&image, destination.written(), written.is_ok());
}

/// Once this library is gone, the loader's count of unloadings is another:
/// libraries that stay settle their stamps by the one of now, as their twins
/// in a parent or child process will.
fn settle_others() {
    let walk = crate::images::Walk::begin();
    walk.images(&mut |image| {
        settle_stamp(image);
        true
    });
}

fn wait_for_walks() {
    for _ in 0..MAX_PAUSES {
        if !other_walks() {
            return;
        }
        pause();
    }
}

/// Says that the coverage data of this process have been written: nothing is
/// emitted at exit any more, by none of the images that are loaded now. For
/// programs that write their data themselves as the last thing they do.
pub fn mark_written() {
    let walk = crate::images::Walk::begin();
    walk.images(&mut |image| {
        image.set_flag(flags::EMITTED);
        true
    });
}
