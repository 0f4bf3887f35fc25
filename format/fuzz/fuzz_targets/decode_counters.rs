//! See `livecov_fuzz::fuzz::decode_counters`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| livecov_fuzz::fuzz::decode_counters(data));
