//! The last emission of an image: when the process ends by `exit` or a return
//! from `main`, on whatever thread, or when the image is unloaded.

use crate::abi::flags;
use crate::directory::Directory;
use crate::error::Error;
use crate::files::{Purpose, write_snapshot};
use crate::identity::settle_stamp;
use crate::image::Image;
use crate::images::{other_walks, own};
use crate::sys::{ErrnoGuard, pause};
use crate::trace::{complain, trace};

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
        // Nothing says whether the process ends or the library is unloaded,
        // and in the latter case its memory goes.
        wait_for_walks();
    }
    crate::signal::image_ends(&image);
    if image.set_flag(flags::EMITTED) {
        return;
    }
    settle_stamp(&image);
    let Some((path, directory)) = Directory::of_environment() else {
        return emit_to_armed(&image);
    };
    let written = directory.and_then(|directory| write_snapshot(&image, &directory, Purpose::Last));
    if let Err(error) = &written {
        complain(path.bytes(), error);
    }
    trace(&image, path.bytes(), written.is_ok());
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

/// Without a directory in the environment: to that of the signals, if any.
fn emit_to_armed(image: &Image<'_>) {
    let _: Option<Result<(), Error>> =
        crate::signal::with_directory(|directory| write_snapshot(image, directory, Purpose::Last));
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
