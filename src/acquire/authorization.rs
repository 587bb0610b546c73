//! One sign-on by a browser: what this program made up for it, and the answer that belongs to it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::percent_decode_str;
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::aws::unique;
use crate::error::{Error, Result};
use crate::types::Secret;
use crate::types::sanitize::escape_up_to;

/// What this program alone knows about a sign-on that it began (RFC 7636).
pub(super) struct Attempt {
    pub state: String,
    pub verifier: Secret,
}

impl Attempt {
    pub(super) fn new() -> Result<Self> {
        let mut bytes = Zeroizing::new([0; 48]);
        let state = SystemRandom::new().fill(bytes.as_mut_slice()).ok().and_then(|()| unique());
        let state = state.ok_or_else(|| Error::io("the system gives no random numbers"))?;
        Ok(Self { state, verifier: Secret::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())) })
    }

    /// What the service compares the verifier with (S256).
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.expose()))
    }

    /// The code of an answer, `state=…&code=…`, or what the page says against it; `None` for what
    /// answers no attempt of ours, which any program on this machine can send.
    pub(super) fn answer(&self, query: &str) -> Option<Result<Secret>> {
        let value = |name: &str| {
            let found =
                query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
            let text =
                percent_decode_str(&found.replace('+', " ")).decode_utf8().ok()?.into_owned();
            Some(text).filter(|text| !text.is_empty())
        };
        if value("state")? != self.state {
            return None;
        }
        let Some(error) = value("error") else {
            let code = value("code").ok_or_else(|| Error::refused("the browser sent no code"));
            return Some(code.map(Secret::new));
        };
        let why = value("error_description").unwrap_or_default();
        let said = [error.as_str(), &why].join(" ");
        let message = match error.as_str() {
            "access_denied" => "the sign-on was denied",
            _ => "the sign-on failed in the browser",
        };
        let said = escape_up_to(said.trim_end(), 300);
        Some(Err(Error::refused(message).because(format!("the page said {said}"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        // RFC 7636, appendix B.
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        let attempt = Attempt { state: String::new(), verifier };
        assert_eq!(attempt.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let (one, other) = (Attempt::new().unwrap(), Attempt::new().unwrap());
        assert!(one.state != other.state && one.verifier != other.verifier);
        assert!(one.verifier.expose().len() >= 43, "RFC 7636, section 4.1");
    }

    #[test]
    fn only_the_answer_to_this_sign_on_counts() {
        let attempt = Attempt { state: "s".to_owned(), ..Attempt::new().unwrap() };
        let said = |query: &str| match attempt.answer(query) {
            None => "nothing".to_owned(),
            Some(Ok(code)) => code.expose().to_owned(),
            Some(Err(error)) => format!("{}; {}", error.message, error.causes.join("; ")),
        };
        for (query, words) in [
            ("code=a%2Bb&state=s", "a+b"),
            ("state=s&code=c", "c"),
            ("code=a", "nothing"),
            ("code=a&state=", "nothing"),
            ("code=a&state=x", "nothing"),
            ("error=access_denied&state=x", "nothing"),
            ("", "nothing"),
            ("error=access_denied&state=s", "the sign-on was denied; the page said access_denied"),
            (
                "error=x&error_description=not+%1b%5b2J&state=s",
                "the sign-on failed in the browser; the page said x not \\x1b[2J",
            ),
            ("state=s", "the browser sent no code; "),
            ("code=&state=s", "the browser sent no code; "),
        ] {
            assert_eq!(said(query), words, "{query}");
        }
    }
}
