//! The images of the process where the runtime knows of one only: the one
//! that it is part of. See `images.rs` for the same calls on Linux.

use crate::abi::{CONTROL, PACKAGES_1, flags};
use crate::image::{Image, Segment, Segments};

/// Keeps images from being unloaded while it lives; here it has nothing to do.
pub(crate) struct Walk(());

impl Walk {
    pub(crate) const fn begin() -> Self {
        Self(())
    }

    /// Calls `visit` for each instrumented image, until it gives false.
    pub(crate) fn images<'w>(&'w self, visit: &mut dyn FnMut(&Image<'w>) -> bool) {
        if let Some(own) = own()
            && own.is_instrumented()
            && !own.has_flag(flags::CLOSED)
        {
            visit(&own);
        }
    }
}

/// The image that this code is part of, which stays loaded while it runs.
pub(crate) fn own<'a>() -> Option<Image<'a>> {
    // The linker's own symbols are trusted; there is no other word on where
    // this image is.
    let mut segments = Segments::default();
    segments.push(Segment { start: 1, end: usize::MAX, is_writable: true });
    Some(Image::own(&CONTROL, PACKAGES_1.static_slice(), segments))
}

/// Whether anything in this process has counters.
pub(crate) fn any_instrumented() -> bool {
    own().is_some_and(|own| own.is_instrumented())
}

/// Whether any copy of the runtime in this process is walking other images.
pub(crate) const fn other_walks() -> bool {
    false
}
