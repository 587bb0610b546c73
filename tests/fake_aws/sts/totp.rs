//! Time-based one-time passwords as virtual MFA devices make them: RFC 6238 with SHA-1, 30 seconds,
//! six digits.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Seconds for which a code is shown.
pub const STEP: i64 = 30;

/// The code of the `step`-th half minute since 1970.
pub fn code(seed: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(seed).expect("HMAC takes a key of any length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 0xf);
    let number = u32::from_be_bytes([
        digest[offset],
        digest[offset + 1],
        digest[offset + 2],
        digest[offset + 3],
    ]);
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}
