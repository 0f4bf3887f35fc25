//! A host of plugins. Each line of its standard input is a command, and each command is answered by a line.

use std::collections::HashMap;
use std::ffi::{CString, c_char, c_int, c_void};
use std::io::{BufRead, Write, stdin, stdout};
use std::mem::{MaybeUninit, transmute};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How often the host's own handlers ran.
static HANDLED: AtomicUsize = AtomicUsize::new(0);

fn main() {
    let mut libraries = HashMap::new();
    for line in stdin().lock().lines() {
        let line = line.expect("a line");
        let words: Vec<_> = line.split(' ').collect();
        let answer = match words.as_slice() {
            ["load", name, path] => {
                libraries.insert((*name).to_owned(), load(path));
                "loaded".to_owned()
            }
            // SAFETY: the handle is one of `dlopen`, and nothing of the library is in use.
            ["unload", name] => unsafe { libc::dlclose(libraries.remove(*name).expect("a library")) }.to_string(),
            ["has", name, symbol] => (!find(libraries[*name], symbol).is_null()).to_string(),
            ["call", name, symbol] => call(libraries[*name], symbol).to_string(),
            ["label", name, label @ ..] => set_label(libraries[*name], &label.join(" ")).to_string(),
            ["action", signal] => describe(&action(number(signal), null())).to_owned(),
            ["handle", signal] => handle(number(signal), count as *const () as usize),
            ["chain", signal] => chain(number(signal)),
            // SAFETY: none. This is what the command is for.
            ["fault"] => format!("{:?}", unsafe { std::ptr::without_provenance_mut::<u8>(8).write_volatile(1) }),
            ["ignore", signal] => handle(number(signal), libc::SIG_IGN),
            ["default", signal] => handle(number(signal), libc::SIG_DFL),
            ["actions"] => actions(),
            ["handled"] => HANDLED.load(Ordering::Relaxed).to_string(),
            ["panic"] => panic!("as it was told"),
            _ => panic!("what is {line:?}?"),
        };
        writeln!(stdout(), "{answer}").expect("somebody who reads");
    }
}

fn number(text: &str) -> c_int {
    text.parse().expect("a number")
}

fn load(path: &str) -> *mut c_void {
    let name = CString::new(path).expect("a path");
    // SAFETY: a C string.
    let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
    assert!(!handle.is_null(), "{path} cannot be loaded");
    handle
}

fn find(library: *mut c_void, symbol: &str) -> *mut c_void {
    let name = CString::new(symbol).expect("a name");
    // SAFETY: the handle is one of `dlopen`, the name a C string.
    unsafe { libc::dlsym(library, name.as_ptr()) }
}

fn call(library: *mut c_void, symbol: &str) -> c_int {
    let function = find(library, symbol);
    assert!(!function.is_null(), "no {symbol}");
    // SAFETY: all functions that are called in this way are of this type.
    unsafe { transmute::<*mut c_void, extern "C" fn() -> c_int>(function)() }
}

/// Three escapes, for what cannot stand in a line: `NULL`, `LONG` and `BYTES`.
fn set_label(library: *mut c_void, label: &str) -> c_int {
    let function = find(library, "livecov_set_label");
    assert!(!function.is_null());
    // SAFETY: it is of this type.
    let set = unsafe { transmute::<*mut c_void, extern "C" fn(*const c_char) -> c_int>(function) };
    let text = match label {
        "NULL" => return set(null()),
        "LONG" => vec![b'x'; 129],
        "BYTES" => vec![0xff],
        _ => label.into(),
    };
    set(CString::new(text).expect("no NUL").as_ptr())
}

extern "C" fn count(_signal: c_int) {
    HANDLED.fetch_add(1, Ordering::Relaxed);
}

/// What handled the signal before `chain`.
static BEFORE: AtomicUsize = AtomicUsize::new(0);

extern "C" fn count_and_pass_on(signal: c_int) {
    count(signal);
    let before = BEFORE.load(Ordering::Relaxed);
    if before > 1 {
        // SAFETY: the address was that of a handler; this one looks at the first argument only.
        unsafe {
            transmute::<usize, extern "C" fn(c_int, *mut c_void, *mut c_void)>(before)(signal, null_mut(), null_mut())
        };
    }
}

/// Handles the signal, and calls what handled it before.
fn chain(signal: c_int) -> String {
    BEFORE.store(action(signal, null()).sa_sigaction, Ordering::Relaxed);
    handle(signal, count_and_pass_on as *const () as usize)
}

fn handle(signal: c_int, handler: usize) -> String {
    // SAFETY: all zeros make an action.
    let mut new: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    new.sa_sigaction = handler;
    describe(&action(signal, &raw const new)).to_owned()
}

/// What handled the signal.
fn action(signal: c_int, new: *const libc::sigaction) -> libc::sigaction {
    let mut old = MaybeUninit::uninit();
    // SAFETY: the new action is null or a valid one, and there is room for the old one, which is filled in on success.
    unsafe {
        assert_eq!(libc::sigaction(signal, new, old.as_mut_ptr()), 0);
        old.assume_init()
    }
}

/// What handles each signal, in one line.
fn actions() -> String {
    let all = (1..=libc::SIGRTMAX()).filter(|signal| !(32..libc::SIGRTMIN()).contains(signal));
    all.map(|signal| describe(&action(signal, null()))).collect::<Vec<_>>().join(" ")
}

fn describe(action: &libc::sigaction) -> &'static str {
    match action.sa_sigaction {
        libc::SIG_DFL => "default",
        libc::SIG_IGN => "ignored",
        handler if handler == count as *const () as usize => "own",
        _ => "other",
    }
}
