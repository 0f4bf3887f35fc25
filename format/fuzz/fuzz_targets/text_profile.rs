//! See `livecov_fuzz::fuzz::text_profile`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| livecov_fuzz::fuzz::text_profile(data));
