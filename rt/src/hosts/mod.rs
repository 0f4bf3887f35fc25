//! What a library has to know of the process that has loaded it.

mod needed;
mod python;
mod unload;

pub(crate) use python::has_written_at_end;
pub(crate) use unload::process_ends;

/// Whether this library was loaded by a call, and not with the program or for
/// another library. Not for signal handlers.
pub(crate) fn is_loaded_by_call() -> bool {
    needed::needed() == needed::Needed::No
}

/// Has the end of the host noted, which comes without a word to libraries.
/// Not for signal handlers.
pub(crate) fn watch_end() {
    unload::watch();
    python::watch();
}
