//! Where encoders write to: a trait that asks for no allocator.

/// Takes bytes, all or none.
pub trait Sink {
    /// Why a write failed.
    type Error;

    /// Takes all of `bytes`.
    ///
    /// # Errors
    ///
    /// Whatever keeps the sink from taking them; what it holds afterwards is
    /// not a file then.
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;
}

impl<S: Sink + ?Sized> Sink for &mut S {
    type Error = S::Error;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), S::Error> {
        (**self).write_all(bytes)
    }
}

#[cfg(feature = "alloc")]
impl Sink for alloc::vec::Vec<u8> {
    type Error = core::convert::Infallible;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Self::Error> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

/// A sink that forgets what it is given: for a first pass that only needs the
/// counts and the checksum.
#[derive(Clone, Copy, Debug, Default)]
pub struct NullSink;

impl Sink for NullSink {
    type Error = core::convert::Infallible;

    fn write_all(&mut self, _bytes: &[u8]) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// A [`SliceSink`] was given more than it has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no room left in the buffer")]
pub struct SliceFull;

/// A sink into memory of a fixed size.
#[derive(Debug)]
pub struct SliceSink<'a> {
    slice: &'a mut [u8],
    used: usize,
}

impl<'a> SliceSink<'a> {
    /// A sink that fills `slice` from its start.
    #[must_use]
    pub const fn new(slice: &'a mut [u8]) -> Self {
        Self { slice, used: 0 }
    }

    /// The bytes taken so far.
    #[must_use]
    pub fn written(&self) -> &[u8] {
        self.slice.get(..self.used).unwrap_or_default()
    }
}

impl Sink for SliceSink<'_> {
    type Error = SliceFull;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), SliceFull> {
        let end = self.used.checked_add(bytes.len()).ok_or(SliceFull)?;
        let room = self.slice.get_mut(self.used..end).ok_or(SliceFull)?;
        room.copy_from_slice(bytes);
        self.used = end;
        Ok(())
    }
}

/// A sink over anything that implements [`std::io::Write`].
#[cfg(feature = "std")]
#[derive(Debug)]
pub struct IoSink<W>(pub W);

#[cfg(feature = "std")]
impl<W: std::io::Write> Sink for IoSink<W> {
    type Error = std::io::Error;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), std::io::Error> {
        self.0.write_all(bytes)
    }
}
