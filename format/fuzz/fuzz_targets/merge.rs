//! See `livecov_fuzz::fuzz::merge`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| livecov_fuzz::fuzz::merge(data));
