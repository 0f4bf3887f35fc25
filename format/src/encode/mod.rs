//! Encoders: one for each section, writing to the caller's [`Sink`](crate::sink::Sink).
//!
//! [`counters`] and [`meta`] need neither an allocator nor the standard
//! library, take no lock and cannot panic: the runtime calls them from signal
//! handlers. [`package`] and [`extension`] run at build time and allocate.

pub mod args;
pub mod counters;
#[cfg(feature = "alloc")]
pub mod extension;
pub mod meta;
#[cfg(feature = "alloc")]
pub mod package;

/// Why a file could not be encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError<E> {
    /// The sink refused bytes.
    #[error("writing failed: {0}")]
    Sink(E),
    /// The arguments of a segment do not fit the 32-bit lengths of its header.
    #[error("the arguments are longer than 4 GiB")]
    ArgsTooLong,
    /// A stream's segment did not turn out as promised in its header.
    #[error("the segment is not the one that its header promised")]
    PromiseBroken,
    /// A counter file must have a segment.
    #[error("a counter file needs at least one segment")]
    NoSegment,
}

impl<E> From<E> for EncodeError<E> {
    fn from(error: E) -> Self {
        Self::Sink(error)
    }
}
