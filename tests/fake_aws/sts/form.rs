//! Parameters of a Query API call, from the query and the form body, and the escaping that SigV4
//! prescribes.

use super::http::Request;

/// The parameters of one call, in the order sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form(pub Vec<(String, String)>);

impl Form {
    /// Reads query and body.
    pub fn of(request: &Request) -> Self {
        let body = String::from_utf8_lossy(&request.body);
        let pairs =
            [request.query.as_str(), body.as_ref()].into_iter().flat_map(|text| text.split('&'));
        Self(
            pairs
                .filter(|pair| !pair.is_empty())
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| {
                    (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
                })
                .collect(),
        )
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The values of `NAME.member.1`, `NAME.member.2`…, with `suffix` behind the number (`.Key`).
    pub fn members(&self, name: &str, suffix: &str) -> Vec<&str> {
        (1..).map_while(|number| self.get(&format!("{name}.member.{number}{suffix}"))).collect()
    }
}

/// Undoes `%XX`; what is not UTF-8 afterwards is replaced.
pub fn decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Escapes all but the unreserved characters of RFC 3986.
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
