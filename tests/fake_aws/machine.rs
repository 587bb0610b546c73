//! A machine of AWS on loopback: the metadata service of an instance, and the credentials endpoint
//! of a container.
//!
//! Both want proof that the question comes from the machine: the instance a token that was fetched
//! before, the container the one of its environment.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::loopback::{Wire, answer_on_loopback};
use super::sts::http::{Reply, Request};
use super::sts::{Instant, Issued};

const SESSION: &str = "token-of-the-instance";
const AUTHORIZATION: &str = "token-of-the-container";
const CREDENTIALS: &str = "/latest/meta-data/iam/security-credentials/";

/// A running machine. Its thread ends with the process.
pub struct Machine {
    address: SocketAddr,
    given: Arc<AtomicUsize>,
}

impl Machine {
    /// Starts a machine whose role has these keys.
    pub fn start(keys: Issued) -> Self {
        let given = Arc::new(AtomicUsize::new(0));
        let (keys, of_thread) = (Arc::new(keys), Arc::clone(&given));
        let address =
            answer_on_loopback(&Wire::default(), move |request| reply(request, &keys, &of_thread))
                .unwrap();
        Self { address, given }
    }

    /// What the environment of the machine says about it.
    pub fn variables(&self) -> [(&'static str, String); 3] {
        [
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", format!("http://{}", self.address)),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("http://{}/container", self.address)),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", AUTHORIZATION.to_owned()),
        ]
    }

    /// How often its keys were given.
    pub fn received(&self) -> usize {
        self.given.load(Ordering::SeqCst)
    }
}

fn reply(request: &Request, keys: &Issued, given: &AtomicUsize) -> Reply {
    let says = |header: &str, token: &str| request.header(header) == Some(token);
    let of_instance = says("x-aws-ec2-metadata-token", SESSION);
    let text = |status, text: &str| Reply::new(status, "text/plain", text);
    let expires = Instant(keys.expires).rfc3339();
    let body = json!({
        "Code": "Success", "Type": "AWS-HMAC", "LastUpdated": "2026-01-01T00:00:00Z", "AccessKeyId": keys.key_id,
        "SecretAccessKey": keys.secret, "Token": keys.token, "Expiration": expires,
    });
    let credentials = || {
        given.fetch_add(1, Ordering::SeqCst);
        Reply::new(200, "application/json", body.to_string())
    };
    match (request.method.as_str(), request.path.as_str()) {
        ("PUT", "/latest/api/token") => {
            let mut reply = text(200, SESSION);
            reply.set("X-aws-ec2-metadata-token-ttl-seconds", "21600");
            reply
        }
        ("GET", CREDENTIALS) if of_instance => text(200, "first"),
        ("GET", path) if of_instance && path.strip_prefix(CREDENTIALS) == Some("first") => {
            credentials()
        }
        ("GET", "/container") if says("authorization", AUTHORIZATION) => credentials(),
        ("GET", path) if path.starts_with("/latest/") && !of_instance => text(401, "no token"),
        ("GET", "/container") => text(403, "no token"),
        _ => text(404, "not here"),
    }
}
