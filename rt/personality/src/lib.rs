//! A personality routine for programs without the standard library.
//!
//! The core library comes compiled with tables for unwinding, which name
//! `rust_eh_personality`. The standard library has it. A program without, in
//! which a panic aborts, is linked as long as it uses nothing of the core library
//! but what is compiled in place. With the runtime in it, it uses more.
//!
//! This is an archive for the linker, which is given it besides the program's
//! crates. It takes the routine from here if no other crate has one. In a crate
//! of the program itself, the routine would get in the way of the program's own
//! where both are optimised at link time. The routine is never called: nobody
//! unwinds.

#![no_std]

/// A routine that has nothing to do in any frame: it returns
/// `_URC_CONTINUE_UNWIND`.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
macro_rules! routine {
    ($result:literal) => {
        core::arch::global_asm!(
            ".pushsection .text.rust_eh_personality,\"ax\",%progbits",
            ".weak rust_eh_personality",
            ".hidden rust_eh_personality",
            ".type rust_eh_personality, %function",
            "rust_eh_personality:",
            $result,
            "ret",
            ".size rust_eh_personality, . - rust_eh_personality",
            ".popsection",
        );
    };
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
routine!("mov eax, 8");
#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
routine!("mov w0, #8");
