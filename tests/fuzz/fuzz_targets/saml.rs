#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| assume_role_fuzz::run("saml", bytes));
