//! The proof that goes with each request of a console sign-in: a JWT, signed with a key that was
//! made for this sign-in alone, so that a copied refresh token is worth nothing (RFC 9449).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;
use zeroize::Zeroizing;

use crate::types::{Moment, Secret};

/// How a private key of the curve P-256 is written down, with its public half (RFC 5915): what
/// precedes the one, and what is between the two.
const BEFORE: &[u8] = b"\x30\x77\x02\x01\x01\x04\x20";
const BETWEEN: &[u8] = b"\xa0\x0a\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\xa1\x44\x03\x42\x00";
const PRIVATE: usize = 32;
const HEADER: &str = "-----BEGIN EC PRIVATE KEY-----";
const FOOTER: &str = "-----END EC PRIVATE KEY-----";

pub(crate) struct ProofKey(EcdsaKeyPair);

impl ProofKey {
    /// Reads the PEM of the AWS CLI's file.
    pub(crate) fn parse(pem: &str) -> Option<Self> {
        let (_, rest) = pem.split_once(HEADER)?;
        let (body, _) = rest.split_once(FOOTER)?;
        let body: Zeroizing<String> =
            Zeroizing::new(body.chars().filter(|c| !c.is_ascii_whitespace()).collect());
        let der = Zeroizing::new(STANDARD.decode(body.as_bytes()).ok()?);
        let (private, rest) = der.strip_prefix(BEFORE)?.split_at_checked(PRIVATE)?;
        let public = rest.strip_prefix(BETWEEN)?;
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let random = SystemRandom::new();
        let pair =
            EcdsaKeyPair::from_private_key_and_public_key(algorithm, private, public, &random);
        pair.ok().map(Self)
    }

    pub(crate) fn generate() -> Option<(Self, Secret)> {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).ok()?;
        // As ring writes it down (PKCS #8), both halves are at the same places each time.
        let (private, public) = (pkcs8.as_ref().get(36..68)?, pkcs8.as_ref().get(73..138)?);
        let der = Zeroizing::new([BEFORE, private, BETWEEN, public].concat());
        let text = Zeroizing::new(STANDARD.encode(&der));
        let mut pem = format!("{HEADER}\n");
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (line, behind) = rest.split_at(rest.len().min(64));
            pem.extend([line, "\n"]);
            rest = behind;
        }
        pem.extend([FOOTER, "\n"]);
        Some((Self::parse(&pem)?, Secret::new(pem)))
    }

    /// The proof for one request to `url`. `now` is AWS's clock.
    pub(crate) fn proof(&self, url: &str, now: Moment) -> Option<Secret> {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        // The point is the byte 4, then both coordinates.
        let (x, y) = self.0.public_key().as_ref().get(1..)?.split_at_checked(PRIVATE)?;
        let header = json!({
            "typ": "dpop+jwt", "alg": "ES256",
            "jwk": {"kty": "EC", "x": encode(x), "y": encode(y), "crv": "P-256"},
        });
        let payload = json!({"htm": "POST", "htu": url, "iat": now.0, "jti": unique()?});
        let text = [header, payload].map(|part| encode(part.to_string().as_bytes())).join(".");
        let signature = self.0.sign(&SystemRandom::new(), text.as_bytes()).ok()?;
        Some(Secret::new(format!("{text}.{}", encode(signature.as_ref()))))
    }
}

/// A random UUID (RFC 9562, version 4).
pub(crate) fn unique() -> Option<String> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).ok()?;
    let number = u128::from_be_bytes(bytes) & !(0xf << 76) & !(0b11 << 62) | 4 << 76 | 0b10 << 62;
    let text = format!("{number:032x}");
    let (mut uuid, mut rest) = (String::new(), text.as_str());
    for length in [8, 4, 4, 4] {
        let (part, behind) = rest.split_at_checked(length)?;
        uuid.extend([part, "-"]);
        rest = behind;
    }
    Some(uuid + rest)
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_proof_is_signed_by_the_key_that_it_names() {
        let (key, _) = ProofKey::generate().unwrap();
        let url = "https://eu-west-1.signin.aws.amazon.com/v1/token";
        let (one, other) =
            (key.proof(url, Moment(1000)).unwrap(), key.proof(url, Moment(1000)).unwrap());
        assert_ne!(one.expose(), other.expose());
        let (text, signature) = one.expose().rsplit_once('.').unwrap();
        let (header, payload) = text.split_once('.').unwrap();
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let read = |text| serde_json::from_slice::<serde_json::Value>(&decode(text)).unwrap();
        let (header, payload) = (read(header), read(payload));
        assert_eq!((&payload["htu"], &payload["iat"]), (&json!(url), &json!(1000)));
        let coordinate = |name: &str| decode(header["jwk"][name].as_str().unwrap());
        let point = [&[4][..], &coordinate("x"), &coordinate("y")].concat();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
        public.verify(text.as_bytes(), &decode(signature)).unwrap();
    }

    #[test]
    fn what_is_no_key_is_none() {
        let (_, pem) = ProofKey::generate().unwrap();
        assert_eq!(pem.expose().lines().count(), 5);
        let other = pem.expose().replacen("MHc", "MHd", 1);
        for text in ["", HEADER, &format!("{HEADER}\nAAAA\n{FOOTER}\n"), &other] {
            assert!(ProofKey::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn unique_texts_are_random_uuids() {
        let uuid = unique().unwrap();
        let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        let at = |index: usize| uuid.as_bytes()[index];
        assert!(at(14) == b'4' && b"89ab".contains(&at(19)), "{uuid}");
        assert_ne!(unique().unwrap(), uuid);
    }
}
