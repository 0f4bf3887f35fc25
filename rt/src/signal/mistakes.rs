//! Values of variables that are not understood, told once at the start.

use crate::keep::MAX_KEPT;
use crate::notice::{Line, tell};
use crate::place::Place;
use crate::settings::is_switch;
use crate::sys::{environment, is_too_long};
use crate::text::parse_number;
use core::ffi::{CStr, c_int};
use core::fmt::Write;

/// How much of a value is shown, so that there is room for what to do.
const SHOWN_LEN: usize = 64;

/// Tells of all values that do not do what they seem to ask for, but for names
/// of signals.
pub(super) fn tell_of_mistakes() {
    for variable in [c"LIVECOV_DIR", c"GOCOVERDIR"] {
        if is_too_long(variable) {
            let mut line = Line::new();
            line.push(variable.to_bytes());
            let _ = line.write_str(": the path is too long, so the variable is ignored; set a shorter one");
            tell(&line, None);
        }
    }
    if Place::of_environment().is_none() {
        // Nothing is written anyway.
        return;
    }
    let is_count = |value: &[u8]| {
        let is_number = value.len() < 4 && value.iter().all(u8::is_ascii_digit);
        is_number && usize::try_from(parse_number(value)).is_ok_and(|kept| kept <= MAX_KEPT)
    };
    tell_unless(c"LIVECOV_DUMP_KEEP", is_count, "use a number from 1 to 64, or 0 to keep all dumps");
    tell_unless(c"LIVECOV_ARGS", is_switch, "use 0 to keep arguments out of the files, or 1");
    tell_unless(c"LIVECOV_DUMP_THREAD", is_switch, "use 1 for a thread that writes dumps, or 0");
}

fn tell_unless(variable: &CStr, is_right: impl Fn(&[u8]) -> bool, advice: &str) {
    let Some(value) = environment(variable).filter(|value| !is_right(value.bytes())) else { return };
    let mut line = Line::new();
    line.push(variable.to_bytes()).push(b"=").push(value.bytes().get(..SHOWN_LEN).unwrap_or(value.bytes()));
    let _ = line.write_str(": not understood; ");
    let _ = line.write_str(advice);
    tell(&line, None);
}

/// Tells of a signal that is named for two things: the last one is done.
pub(super) fn tell_of_same([dump, take]: [c_int; 2]) {
    if dump == take && dump != 0 {
        let mut line = Line::new();
        let _ = line.write_str(
            "LIVECOV_DUMP_SIGNAL and LIVECOV_TAKE_SIGNAL name the same signal, which dumps and resets; name two",
        );
        tell(&line, None);
    }
}
