//! Verifies Signature Version 4 from the request alone: canonical request, derived key, scope,
//! date.
//!
//! After "Create a signed AWS API request" in the IAM user guide. Nothing here knows users; the
//! secret is handed in.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::clock::Instant;
use super::form::{decode, encode};
use super::http::Request;
use super::problem::Problem;

/// Seconds by which a client's clock may be wrong.
const TOLERANCE: i64 = 15 * 60;

/// What the `Authorization` header says.
#[derive(Clone, Debug)]
pub struct Signature {
    /// The access key id.
    pub key_id: String,
    /// `20261122`.
    pub day: String,
    /// The region of the scope.
    pub region: String,
    /// The service of the scope.
    pub service: String,
    signed_headers: Vec<String>,
    value: String,
}

impl Signature {
    /// Reads the header.
    ///
    /// # Errors
    /// `MissingAuthenticationToken` without one, `IncompleteSignature` when a part is missing.
    pub fn of(request: &Request) -> Result<Self, Problem> {
        let header = request.header("authorization").ok_or_else(|| {
            Problem::new(
                403,
                "MissingAuthenticationToken",
                "Request is missing Authentication Token",
            )
        })?;
        let Some(parts) = header.strip_prefix("AWS4-HMAC-SHA256") else {
            return Err(Problem::incomplete("Unsupported AWS signature algorithm."));
        };
        let part = |name: &str| {
            parts
                .split(',')
                .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
                .ok_or_else(|| {
                    Problem::incomplete(format!(
                        "Authorization header requires '{name}' parameter. Authorization={header}"
                    ))
                })
        };
        let scope: Vec<&str> = part("Credential")?.split('/').collect();
        let [key_id, day, region, service, "aws4_request"] = scope[..] else {
            return Err(Problem::incomplete(
                "Credential must have exactly 5 slash-delimited elements",
            ));
        };
        Ok(Self {
            key_id: key_id.to_owned(),
            day: day.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signed_headers: part("SignedHeaders")?.split(';').map(str::to_owned).collect(),
            value: part("Signature")?.to_owned(),
        })
    }

    /// Checks the signature against the secret and the server's time.
    ///
    /// # Errors
    /// `SignatureDoesNotMatch` with AWS's words for a wrong date, an unsigned header or a wrong
    /// signature.
    pub fn verify(&self, request: &Request, secret: &str, now: Instant) -> Result<(), Problem> {
        let date = self.check_date(request, now)?;
        self.check_signed_headers(request)?;
        let canonical = hex(&Sha256::digest(self.canonical(request)));
        let scope = format!("{}/{}/{}/aws4_request", self.day, self.region, self.service);
        let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{canonical}");
        let mut key = format!("AWS4{secret}").into_bytes();
        for part in [self.day.as_str(), &self.region, &self.service, "aws4_request"] {
            key = hmac(&key, part);
        }
        if hex(&hmac(&key, &text)) == self.value {
            return Ok(());
        }
        Err(Problem::signature(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details.",
        ))
    }

    fn check_date<'a>(&self, request: &'a Request, now: Instant) -> Result<&'a str, Problem> {
        let text = request.header("x-amz-date").unwrap_or_default();
        let Some(date) = Instant::parse_basic(text) else {
            return Err(Problem::incomplete(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
            ));
        };
        if !text.starts_with(&self.day) {
            return Err(Problem::signature(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{text}'.",
                self.day
            )));
        }
        let (earliest, latest) = (now.plus(-TOLERANCE), now.plus(TOLERANCE));
        if date < earliest {
            let (earliest, now) = (earliest.basic(), now.basic());
            return Err(Problem::signature(format!(
                "Signature expired: {text} is now earlier than {earliest} ({now} - 15 min.)"
            )));
        }
        if date > latest {
            let (latest, now) = (latest.basic(), now.basic());
            return Err(Problem::signature(format!(
                "Signature not yet current: {text} is still later than {latest} ({now} + 15 min.)"
            )));
        }
        Ok(text)
    }

    fn check_signed_headers(&self, request: &Request) -> Result<(), Problem> {
        let signed = |name: &str| self.signed_headers.iter().any(|header| header == name);
        if !signed("host") {
            return Err(Problem::signature(
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
            ));
        }
        match request.headers.iter().find(|(name, _)| name.starts_with("x-amz-") && !signed(name)) {
            Some((name, _)) => Err(Problem::signature(format!(
                "There were headers present in the request which were not signed: {name}"
            ))),
            None => Ok(()),
        }
    }

    fn canonical(&self, request: &Request) -> String {
        let mut query: Vec<(String, String)> = request
            .query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (encode(&decode(name)), encode(&decode(value))))
            .collect();
        query.sort();
        let query: Vec<String> =
            query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers: String = self
            .signed_headers
            .iter()
            .map(|name| {
                let value = request.header(name).unwrap_or_default();
                format!("{name}:{}\n", value.split_whitespace().collect::<Vec<_>>().join(" "))
            })
            .collect();
        let payload = hex(&Sha256::digest(&request.body));
        [
            request.method.as_str(),
            &request.path,
            &query.join("&"),
            &headers,
            &self.signed_headers.join(";"),
            &payload,
        ]
        .join("\n")
    }
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
