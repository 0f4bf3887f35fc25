//! Names of signals, as people write them.

use core::ffi::c_int;

const NAMES: [(&[u8], c_int); 31] = [
    (b"ABRT", libc::SIGABRT),
    (b"ALRM", libc::SIGALRM),
    (b"BUS", libc::SIGBUS),
    (b"CHLD", libc::SIGCHLD),
    (b"CONT", libc::SIGCONT),
    (b"FPE", libc::SIGFPE),
    (b"HUP", libc::SIGHUP),
    (b"ILL", libc::SIGILL),
    (b"INT", libc::SIGINT),
    (b"IO", libc::SIGIO),
    (b"IOT", libc::SIGABRT),
    (b"KILL", libc::SIGKILL),
    (b"PIPE", libc::SIGPIPE),
    (b"POLL", libc::SIGIO),
    (b"PROF", libc::SIGPROF),
    (b"QUIT", libc::SIGQUIT),
    (b"SEGV", libc::SIGSEGV),
    (b"STOP", libc::SIGSTOP),
    (b"SYS", libc::SIGSYS),
    (b"TERM", libc::SIGTERM),
    (b"TRAP", libc::SIGTRAP),
    (b"TSTP", libc::SIGTSTP),
    (b"TTIN", libc::SIGTTIN),
    (b"TTOU", libc::SIGTTOU),
    (b"URG", libc::SIGURG),
    (b"USR1", libc::SIGUSR1),
    (b"USR2", libc::SIGUSR2),
    (b"VTALRM", libc::SIGVTALRM),
    (b"WINCH", libc::SIGWINCH),
    (b"XCPU", libc::SIGXCPU),
    (b"XFSZ", libc::SIGXFSZ),
];

/// The number of the signal that `text` names: `USR2`, `sigusr2`, `12`,
/// `RTMIN+3`, `RTMAX-1`.
pub(crate) fn parse(text: &[u8]) -> Option<c_int> {
    let text = text.trim_ascii();
    if let Some(number) = number(text) {
        return Some(number).filter(|number| (1..=last()).contains(number));
    }
    let name = strip_prefix(text, b"SIG").unwrap_or(text);
    if let Some(rest) = strip_prefix(name, b"RTMIN") {
        return real_time(rest, b'+');
    }
    if let Some(rest) = strip_prefix(name, b"RTMAX") {
        return real_time(rest, b'-');
    }
    NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, number)| *number)
}

/// The name of a signal that has one of its own.
pub(crate) fn name(signal: c_int) -> Option<&'static [u8]> {
    NAMES.iter().find(|(_, number)| *number == signal).map(|(name, _)| *name)
}

fn strip_prefix<'t>(text: &'t [u8], prefix: &[u8]) -> Option<&'t [u8]> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| text.get(prefix.len()..)).flatten()
}

fn number(digits: &[u8]) -> Option<c_int> {
    // A sign is no part of a number here.
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    core::str::from_utf8(digits).ok().filter(|_| is_number)?.parse().ok()
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn last() -> c_int {
    libc::SIGRTMAX()
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
const fn last() -> c_int {
    31
}

/// What stands after `RTMIN` or `RTMAX`: nothing, or the sign and a distance.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn real_time(rest: &[u8], sign: u8) -> Option<c_int> {
    let distance = match rest.split_first() {
        None => 0,
        Some((first, digits)) if *first == sign => number(digits)?,
        Some(_) => return None,
    };
    let (first, last) = (libc::SIGRTMIN(), libc::SIGRTMAX());
    let signal = if sign == b'+' { first.checked_add(distance)? } else { last.checked_sub(distance)? };
    (first..=last).contains(&signal).then_some(signal)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn real_time(_rest: &[u8], _sign: u8) -> Option<c_int> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_case_with_and_without_sig() {
        for text in ["USR2", "usr2", "SIGUSR2", "sigusr2", "SigUsr2", " USR2 ", "12"] {
            assert_eq!(parse(text.as_bytes()), Some(libc::SIGUSR2), "{text}");
        }
        let (first, last) = (libc::SIGRTMIN(), libc::SIGRTMAX());
        for (text, number) in [("RTMIN", first), ("sigrtmin+1", first + 1), ("RTMAX", last), ("SIGRTMAX-2", last - 2)] {
            assert_eq!(parse(text.as_bytes()), Some(number), "{text}");
        }
        for text in [
            "",
            "USR3",
            "SIG",
            "RTMIN-1",
            "RTMAX+1",
            "RTMIN+99",
            "RTMIN+",
            "0",
            "-1",
            "+5",
            "99999999999",
            "SIGSIGUSR1",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(name(libc::SIGTERM), Some(&b"TERM"[..]));
    }
}
