//! The record of what clients asked.

use super::form::Form;
use super::http::Request;
use super::sigv4::Signature;

/// One request, parsed.
#[derive(Clone, Debug)]
pub struct Logged {
    /// Which connection it came over; the first is 1.
    pub connection: usize,
    /// The action, empty when there was none.
    pub action: String,
    /// All parameters, the MFA code too.
    pub form: Form,
    /// The ARN that signed it, when the signature held.
    pub caller: Option<String>,
    /// The access key id of the signature, valid or not.
    pub key_id: Option<String>,
    /// The region of the signature's scope.
    pub region: Option<String>,
    /// The `Host` header.
    pub host: String,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// What it ended in: `ok`, the error code, or `fault` when a fault replaced the answer.
    pub outcome: String,
    /// Bytes of the whole reply, head included.
    pub reply_length: usize,
}

impl Logged {
    /// What the request itself says; nothing of how it came or ended.
    pub fn of(request: &Request, form: Form) -> Self {
        let signature = Signature::of(request).ok();
        let header = |name| request.header(name).unwrap_or_default().to_owned();
        Self {
            connection: 0,
            action: String::new(),
            form,
            caller: None,
            key_id: signature.as_ref().map(|signature| signature.key_id.clone()),
            region: signature.map(|signature| signature.region),
            host: header("host"),
            user_agent: header("user-agent"),
            outcome: String::new(),
            reply_length: 0,
        }
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.form.get(name)
    }
}
