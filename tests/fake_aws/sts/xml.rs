//! The XML of the Query API: results, errors, and a field replaced in either.

use super::http::Reply;

/// An element with text.
pub fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

/// An element with others inside.
pub fn wrap(name: &str, inner: &str) -> String {
    format!("<{name}>{inner}</{name}>")
}

/// A successful answer to `action`.
pub fn result(namespace: &str, action: &str, inner: &str, request_id: &str) -> Reply {
    let metadata = wrap("ResponseMetadata", &element("RequestId", request_id));
    let text = format!(
        "<{action}Response xmlns=\"{namespace}\"><{action}Result>{inner}</{action}Result>{metadata}</{action}Response>"
    );
    Reply::new(200, "text/xml", text)
}

/// A refusal.
pub fn error(namespace: &str, status: u16, code: &str, message: &str, request_id: &str) -> Reply {
    let fault = if status >= 500 { "Receiver" } else { "Sender" };
    let inner =
        [element("Type", fault), element("Code", code), element("Message", message)].concat();
    let text = format!(
        "<ErrorResponse xmlns=\"{namespace}\">{}{}</ErrorResponse>",
        wrap("Error", &inner),
        element("RequestId", request_id)
    );
    Reply::new(status, "text/xml", text)
}

/// `body` with the text of the first element called `field` replaced; unchanged when there is none.
pub fn replace_field(body: &str, field: &str, text: &str) -> String {
    let (open, close) = (format!("<{field}>"), format!("</{field}>"));
    let Some(start) = body.find(&open).map(|at| at + open.len()) else { return body.to_owned() };
    let Some(end) = body[start..].find(&close).map(|at| start + at) else { return body.to_owned() };
    format!("{}{}{}", &body[..start], escape(text), &body[end..])
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\r' | '\n' | '\t' => out.push_str(&format!("&#{};", character as u32)),
            other => out.push(other),
        }
    }
    out
}
