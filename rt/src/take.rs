//! Taking an image's counters: freeze, hand over, and only then begin anew.

use crate::abi::flags;
use crate::error::Error;
use crate::held::SignalsBlocked;
use crate::image::{Counters, Image};
use crate::sys::{pause, process_id};
use crate::window::{Take, View};

/// How often it is asked whether another take has ended, each time after a
/// pause: ten seconds.
const MAX_PAUSES: usize = 100_000;
/// How many of these pauses a take makes for readers that takes have kept from
/// reading: a reader may write to a slow disk, or have been interrupted by
/// this very thread's signal.
const MAX_PAUSES_FOR_READERS: usize = 20_000;
/// All pauses in a signal handler: a fifth of a second.
const MAX_PAUSES_IN_HANDLER: usize = 2_000;

/// Takes the counters of `image`: `deliver` gets the view of the values, which
/// do not change while it runs. If it succeeds they are cleared, in the same
/// moment in which they were fixed; if it fails nothing has happened.
pub(crate) fn take<T>(image: &Image<'_>, deliver: impl FnOnce(View) -> Result<T, Error>) -> Result<T, Error> {
    delivered(freeze(image)?, deliver)
}

/// As [`take`], in a signal handler: what it waits for may be the thread that
/// it has interrupted, so it does not wait long.
pub(crate) fn take_in_handler<T>(
    image: &Image<'_>,
    deliver: impl FnOnce(View) -> Result<T, Error>,
) -> Result<T, Error> {
    delivered(freeze_within(image, MAX_PAUSES_IN_HANDLER, MAX_PAUSES_IN_HANDLER / 2)?, deliver)
}

fn delivered<T>(take: Take<'_>, deliver: impl FnOnce(View) -> Result<T, Error>) -> Result<T, Error> {
    let delivered = deliver(take.view())?;
    take.commit();
    Ok(delivered)
}

/// Fixes the values of `image`; a [`Take`] that is dropped lets them go.
pub(crate) fn freeze<'i>(image: &Image<'i>) -> Result<Take<'i>, Error> {
    freeze_within(image, MAX_PAUSES, MAX_PAUSES_FOR_READERS)
}

fn freeze_within<'i>(image: &Image<'i>, max_pauses: usize, for_readers: usize) -> Result<Take<'i>, Error> {
    let process = process_id();
    for count in 0..max_pauses {
        if count < for_readers && image.control().holds.are_there(process) {
            pause();
            continue;
        }
        // A handler on this thread that emits would wait for the freeze,
        // which could not go on.
        let signals = SignalsBlocked::new();
        if let Some(take) = image.control().window.begin(process) {
            // After an image's last emission its counters stay as they are.
            if image.has_flag(flags::CLOSED) {
                return Err(Error::Busy);
            }
            image.set_flag(flags::SHADOWED);
            for package in image.packages() {
                match &package.counters {
                    Counters::Bytes(bytes) => bytes.freeze(take.view()),
                    Counters::Words(words) => words.freeze(take.view()),
                }
            }
            take.freeze();
            return Ok(take);
        }
        drop(signals);
        pause();
    }
    Err(Error::Busy)
}
