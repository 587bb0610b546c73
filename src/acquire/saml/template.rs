//! The body of a login: the user's template with name and password in it.
//!
//! The template was JSON before anything went in, and what goes in goes into its texts, so that no
//! character of a password can be anything but a character of that password.

use serde_json::Value;
use zeroize::Zeroizing;

/// The template with `$saml_user` and `$saml_password` replaced wherever they stand in a text. A
/// longer name such as `$saml_password_hash` is another name and stays; what was put in is not
/// looked at again.
pub(super) fn filled(template: &Value, user: &str, password: &str) -> Zeroizing<String> {
    Zeroizing::new(with(template, user, password).to_string())
}

fn with(value: &Value, user: &str, password: &str) -> Value {
    match value {
        Value::String(text) => Value::String(replaced(text, user, password)),
        Value::Array(items) => items.iter().map(|item| with(item, user, password)).collect(),
        Value::Object(fields) => Value::Object(
            fields.iter().map(|(key, value)| (key.clone(), with(value, user, password))).collect(),
        ),
        other => other.clone(),
    }
}

fn replaced(text: &str, user: &str, password: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        out.push_str(before);
        let end =
            behind.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(behind.len());
        let (name, after) = behind.split_at_checked(end).unwrap_or((behind, ""));
        match name {
            "saml_user" => out.push_str(user),
            "saml_password" => out.push_str(password),
            other => {
                out.push('$');
                out.push_str(other);
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(template: &Value, password: &str) -> Value {
        serde_json::from_str(&filled(template, "alice", password)).unwrap()
    }

    #[test]
    fn each_placeholder_in_texts_only() {
        let template = json!({"$saml_user": "$saml_user", "n": 1, "list": ["a$saml_password$saml_password", {"x": "@$saml_user"}]});
        let expected = json!({"$saml_user": "alice", "n": 1, "list": ["apwpw", {"x": "@alice"}]});
        assert_eq!(sent(&template, "pw"), expected);
        for text in
            ["$saml_password_hash", "$", "$$", "${saml_user}", "a$b", "$saml_passwor", "@file"]
        {
            assert_eq!(sent(&json!(text), "pw"), json!(text));
        }
        assert_eq!(sent(&json!("$$saml_user-$saml_user."), "pw"), json!("$alice-alice."));
    }

    #[test]
    fn what_is_put_in_is_only_that() {
        for password in [
            "x\",\"role\":\"admin\",\"z\":\"",
            "abc$saml_user",
            "$saml_password",
            "fish&chips",
            "pa\\ss",
            "a\tb",
        ] {
            let body = sent(&json!({"u": "$saml_user", "p": "$saml_password"}), password);
            assert_eq!(body, json!({"u": "alice", "p": password}));
        }
    }
}
