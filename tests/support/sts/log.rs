//! The record of what clients asked.

use super::form::Form;

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
    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.form.get(name)
    }
}
