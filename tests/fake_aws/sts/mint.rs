//! Makes ids, keys, tokens and seeds. No two are alike within one server, nor between servers of
//! one run, and they hold the odd characters that real ones hold (`/`, `+`, `=`).

use std::time::SystemTime;

use sha2::{Digest, Sha256};

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A source of fresh words.
pub struct Mint {
    origin: String,
    count: u64,
}

impl Mint {
    /// A mint of its own; `distinction` keeps two of them apart that start in the same instant.
    pub fn new(distinction: &str) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self {
            origin: format!("{distinction}/{}/{}", std::process::id(), now.as_nanos()),
            count: 0,
        }
    }

    /// An id such as `AKIA…`, `ASIA…`, `AIDA…`, `AROA…`: 20 characters.
    pub fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}{}", self.word(16, BASE32))
    }

    /// A secret access key: 40 characters, with a `/` and a `+` in it as in the wild.
    pub fn secret(&mut self) -> String {
        format!("{}/+{}", self.word(20, BASE64), self.word(18, BASE64))
    }

    /// A session token: long, ending in `==`.
    pub fn token(&mut self) -> String {
        format!("IQoJb3JpZ2luX2Vj{}//{}==", self.word(200, BASE64), self.word(140, BASE64))
    }

    /// A request id in the form of a UUID.
    pub fn request_id(&mut self) -> String {
        let digest = self.bytes();
        let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// The seed of a virtual MFA device.
    pub fn seed(&mut self) -> Vec<u8> {
        self.bytes().to_vec()
    }

    fn word(&mut self, length: usize, alphabet: &[u8]) -> String {
        let mut out = String::with_capacity(length);
        while out.len() < length {
            let left = length - out.len();
            out.extend(
                self.bytes()
                    .iter()
                    .take(left)
                    .map(|&byte| char::from(alphabet[usize::from(byte) % alphabet.len()])),
            );
        }
        out
    }

    fn bytes(&mut self) -> [u8; 32] {
        self.count += 1;
        Sha256::digest(format!("{}/{}", self.origin, self.count)).into()
    }
}
