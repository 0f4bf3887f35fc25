//! What the runtime has to tell people: that data were not written, where, and
//! what to do. Without an allocator or a lock, so that handlers can tell it.
//!
//! A notice goes to standard error. Under `cargo livecov` it goes to the tool
//! instead, by a datagram to the socket that `LIVECOV_NOTICES` names: what the
//! program writes is not to be changed, and a datagram needs neither a file
//! nor rights. Each kind of failure is told once, and again if writing has
//! succeeded meanwhile.

use crate::held::WritingHeld;
use crate::place::program_name;
use crate::settings::{self, SocketName};
use crate::spare;
use crate::sys::{Errno, link_target, process_id, send_datagram, write_to_stderr};
use crate::text::Text;
use core::fmt::Write;
use core::sync::atomic::{AtomicU32, Ordering};

/// A line that is being composed.
pub(crate) struct Line(Text<1024>);

impl Line {
    pub(crate) const fn new() -> Self {
        Self(Text::new())
    }

    /// Adds bytes that need not be UTF-8: a path.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.push(bytes);
        self
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }

    /// Shows the line on standard error.
    pub(crate) fn print(&self) {
        let mut line = Self::new();
        line.push(b"livecov: ").push(self.bytes()).push(b"\n");
        let _held = WritingHeld::new();
        write_to_stderr(line.bytes());
    }

    /// Sends the line to the tool, with the program's name and number.
    pub(crate) fn send(&self, socket: &SocketName) {
        let mut line = Self::new();
        line.push(program_name(link_target(c"/proc/self/exe").bytes()));
        let _ = write!(line, " (process {}): ", process_id());
        line.push(self.bytes());
        let send = || send_datagram(socket.bytes(), line.bytes());
        if send().is_err_and(Errno::is_out_of_descriptors) && spare::release() {
            // Nothing else can be done about it.
            let _ = send();
        }
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.0.push(text.as_bytes());
        Ok(())
    }
}

/// Tells `line` to the tool at `socket`, or to the one that the environment
/// names, else on standard error.
pub(crate) fn tell(line: &Line, socket: Option<&SocketName>) {
    let named = settings::socket();
    match socket.unwrap_or(&named) {
        socket if socket.bytes().is_empty() => line.print(),
        socket => line.send(socket),
    }
}

/// Kinds of failures that were told since writing has last succeeded.
static TOLD: [AtomicU32; 16] = [const { AtomicU32::new(0) }; 16];

/// Whether a failure of this kind, a number other than 0, is to be told now.
pub(crate) fn is_news(kind: u32) -> bool {
    for slot in &TOLD {
        match slot.compare_exchange(0, kind, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => return true,
            Err(told) if told == kind => return false,
            Err(_) => {}
        }
    }
    false
}

/// Everything was written: what fails from now on is news.
pub(crate) fn forget_failures() {
    if TOLD.iter().any(|slot| slot.load(Ordering::Relaxed) != 0) {
        TOLD.iter().for_each(|slot| slot.store(0, Ordering::Relaxed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_news_once() {
        assert!(is_news(7) && is_news(8) && !is_news(7));
        forget_failures();
        assert!(is_news(7));
        (100..200).for_each(|kind| {
            is_news(kind);
        });
        assert!(!is_news(1000), "there is no room");
        forget_failures();
    }
}
