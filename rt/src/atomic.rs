//! The atomics that [`window`](crate::window) uses; its model has others.

pub(crate) use core::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
