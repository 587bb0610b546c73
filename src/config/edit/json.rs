//! Where the parts of a JSON text stand, so that one can be put beside them without touching the
//! rest.
//!
//! A text that is JSON comes in; places in it go out. What a part means is nobody's concern here.

use std::ops::Range;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub key: String,
    /// From its first quote on.
    pub start: usize,
    pub value: Range<usize>,
    /// The text between key and value: a colon and blanks.
    pub colon: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Splice {
    pub at: Range<usize>,
    pub text: String,
}

pub(super) fn spliced(text: &str, mut splices: Vec<Splice>) -> Option<String> {
    splices.sort_by_key(|splice| (splice.at.start, splice.at.end));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for splice in splices {
        out.push_str(text.get(done..splice.at.start)?);
        out.push_str(&splice.text);
        done = splice.at.end;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

/// The members of the object that begins at `start`, in their order, and where its closing brace
/// stands.
pub(super) fn members(text: &str, start: usize) -> Option<(Vec<Member>, usize)> {
    let mut members = Vec::new();
    let mut at = after_blanks(text, open(text, start, b'{')?);
    while byte(text, at)? != b'}' {
        let key_end = end_of(text, at)?;
        let key = serde_json::from_str(text.get(at..key_end)?).ok()?;
        let colon = after_blanks(text, key_end);
        let value = after_blanks(text, open(text, colon, b':')?);
        let value_end = end_of(text, value)?;
        members.push(Member { key, start: at, value: value..value_end, colon: key_end..value });
        at = after_comma(text, value_end);
    }
    Some((members, at))
}

pub(super) fn elements(text: &str, start: usize) -> Option<(Vec<Range<usize>>, usize)> {
    let mut elements = Vec::new();
    let mut at = after_blanks(text, open(text, start, b'[')?);
    while byte(text, at)? != b']' {
        let end = end_of(text, at)?;
        elements.push(at..end);
        at = after_comma(text, end);
    }
    Some((elements, at))
}

pub(super) fn after_blanks(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + (rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len())
}

fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

fn open(text: &str, at: usize, with: u8) -> Option<usize> {
    (byte(text, at)? == with).then_some(at + 1)
}

fn after_comma(text: &str, at: usize) -> usize {
    let at = after_blanks(text, at);
    if byte(text, at) == Some(b',') { after_blanks(text, at + 1) } else { at }
}

fn end_of(text: &str, at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (offset, byte) in text.bytes().enumerate().skip(at) {
        if in_string {
            (escaped, in_string) = (byte == b'\\' && !escaped, escaped || byte != b'"');
            if !in_string && depth == 0 {
                return Some(offset + 1);
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(offset),
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(offset + 1);
                }
            }
            b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return Some(offset),
            _ => {}
        }
    }
    (depth == 0 && !in_string).then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_elements() {
        let text = r#"{ "a\"b" : "x,}" , "c":[1, {"d": []} ,"]"],"e": true}"#;
        let (members, end) = members(text, 0).unwrap();
        let told: Vec<_> = members
            .iter()
            .map(|m| (m.key.as_str(), &text[m.value.clone()], &text[m.colon.clone()]))
            .collect();
        assert_eq!(
            told,
            [("a\"b", "\"x,}\"", " : "), ("c", r#"[1, {"d": []} ,"]"]"#, ":"), ("e", "true", ": ")]
        );
        assert_eq!(&text[end..], "}");
        let (elements, end) = elements(text, members[1].value.start).unwrap();
        let told: Vec<_> = elements.into_iter().map(|range| &text[range]).collect();
        assert_eq!(told, ["1", r#"{"d": []}"#, "\"]\""]);
        assert_eq!(&text[end..=end], "]");
    }

    #[test]
    fn what_is_cut_has_no_parts() {
        for text in ["", "[", "{", r#"{"a""#, r#"{"a": "#, r#"{"a": [1"#] {
            assert_eq!(members(text, 0), None, "{text}");
        }
    }
}
