//! Coverage data files.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[cfg(feature = "std")]
pub mod decode;
pub mod encode;
pub mod hash;
pub mod layout;
#[cfg(feature = "std")]
pub mod merge;
#[cfg(feature = "alloc")]
pub mod model;
#[cfg(feature = "std")]
pub mod pods;
#[cfg(feature = "std")]
pub mod profile;
pub mod sink;
pub mod snapshot;
pub mod uleb;
pub mod vocab;
