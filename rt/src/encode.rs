//! From an image's counters to the bytes of a counter file.

use crate::identity::Identity;
use crate::image::{Counters, Image, Package};
use crate::slab::Source;
use crate::window::View;
use livecov_format::encode::EncodeError;
use livecov_format::encode::counters::{CounterFileEncoder, CounterHeader, Promise, SegmentEncoder, SegmentPatch};
use livecov_format::hash::Hash;
use livecov_format::sink::Sink;

/// What of the counters is wanted.
pub(crate) trait Selection {
    /// Writes the live functions of package number `number`.
    ///
    /// # Errors
    ///
    /// Those of the sink.
    fn encode_package<S: Sink>(
        &self,
        number: u32,
        package: &Package<'_>,
        segment: &mut SegmentEncoder<'_, S, &mut [u8]>,
    ) -> Result<(), EncodeError<S::Error>>;
}

/// What ran in the epoch of `view`.
pub(crate) struct Epoch {
    pub(crate) view: View,
    pub(crate) is_shadowed: bool,
}

impl Selection for Epoch {
    fn encode_package<S: Sink>(
        &self,
        number: u32,
        package: &Package<'_>,
        segment: &mut SegmentEncoder<'_, S, &mut [u8]>,
    ) -> Result<(), EncodeError<S::Error>> {
        match &package.counters {
            Counters::Bytes(bytes) => {
                encode_functions(number, package, &bytes.source(self.view, self.is_shadowed), segment)
            }
            Counters::Words(words) => {
                encode_functions(number, package, &words.source(self.view, self.is_shadowed), segment)
            }
        }
    }
}

/// Writes the functions of `package` that have a counter above zero.
pub(crate) fn encode_functions<S: Sink>(
    number: u32,
    package: &Package<'_>,
    source: &impl Source,
    segment: &mut SegmentEncoder<'_, S, &mut [u8]>,
) -> Result<(), EncodeError<S::Error>> {
    let mut live = source.next_live(0);
    for (function, range) in package.functions() {
        let Some(index) = live else { break };
        if index >= range.end {
            continue;
        }
        let end = range.end;
        source.encode((number, function), range, segment)?;
        live = source.next_live(end);
    }
    Ok(())
}

/// What stands before and beside the counters of a file.
pub(crate) struct Frame<'a> {
    pub(crate) meta_hash: Hash,
    pub(crate) identity: &'a Identity<'a>,
    pub(crate) promise: Option<Promise>,
}

/// Encodes a whole counter file.
pub(crate) fn encode_counters<S: Sink>(
    image: &Image<'_>,
    selection: &impl Selection,
    frame: &Frame<'_>,
    sink: S,
    buffer: &mut [u8],
) -> Result<SegmentPatch, EncodeError<S::Error>> {
    let mut file = CounterFileEncoder::new(sink, buffer, CounterHeader::new(frame.meta_hash))?;
    let mut segment = file.segment(frame.identity.args(), frame.promise)?;
    for (package, number) in image.packages().zip(0..) {
        selection.encode_package(number, &package, &mut segment)?;
    }
    let patch = segment.finish()?;
    file.finish()?;
    Ok(patch)
}
