#![no_main]

#[path = "../properties.rs"]
#[expect(dead_code, reason = "the other targets use the rest")]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::rows::rows(bytes));
