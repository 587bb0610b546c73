//! Where the parts of a JSON text are, so that one can be put beside them without touching the rest.

use std::ops::Range;

use crate::config::json::Json;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub key: String,
    /// From the key's first quote on.
    pub start: usize,
    pub value: Range<usize>,
    /// The text between key and value: a colon and blanks.
    pub colon: Range<usize>,
}

pub(super) struct Splice {
    pub at: Range<usize>,
    pub text: String,
}

/// The text with all splices, none of which overlap.
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

/// The members of an object in their order, and the offset of its closing brace.
pub(super) fn members(object: Json<'_>) -> Option<(Vec<Member>, usize)> {
    let text = object.whole_text();
    let mut at = after_blanks(text, object.range().start + 1);
    let mut members = Vec::new();
    for property in object.properties().ok()? {
        let value = property.value.range();
        let key_end = text.get(..value.start)?.rfind('"')? + 1;
        let (start, colon) = (at, key_end..value.start);
        at = after_comma(text, value.end);
        members.push(Member { key: property.key.into_owned(), start, value, colon });
    }
    Some((members, at))
}

/// The elements of a list in their order, and the offset of its closing bracket.
pub(super) fn elements(list: Json<'_>) -> Option<(Vec<Range<usize>>, usize)> {
    let elements: Vec<_> = list.list().ok()?.map(Json::range).collect();
    let end = elements.last().map_or(list.range().start + 1, |last| last.end);
    Some((elements, after_blanks(list.whole_text(), end)))
}

/// The offset behind the blanks at `at`.
pub(super) fn after_blanks(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + (rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len())
}

fn after_comma(text: &str, at: usize) -> usize {
    let at = after_blanks(text, at);
    if text.as_bytes().get(at) == Some(&b',') { after_blanks(text, at + 1) } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::location::Lines;

    #[test]
    fn members_and_elements() {
        let text = r#"{ "a\"b" : "x,}" , "c":[1, {"d": []} ,"]"],"e": true}"#;
        let lines = Lines::new("f".into(), text.to_owned());
        let object = Json::new(&lines, lines.text());
        let (members, end) = members(object).unwrap();
        let parts = |m: &Member| {
            (m.start, text[m.value.clone()].to_owned(), text[m.colon.clone()].to_owned())
        };
        let part = |start, value: &str, colon: &str| (start, value.to_owned(), colon.to_owned());
        assert_eq!(
            members.iter().map(parts).collect::<Vec<_>>(),
            [
                part(2, "\"x,}\"", " : "),
                part(19, r#"[1, {"d": []} ,"]"]"#, ":"),
                part(43, "true", ": ")
            ]
        );
        assert_eq!((members[0].key.as_str(), &text[end..]), ("a\"b", "}"));
        let list = Json::new(&lines, &lines.text()[members[1].value.clone()]);
        let (elements, end) = elements(list).unwrap();
        let elements: Vec<_> = elements.into_iter().map(|range| &text[range]).collect();
        assert_eq!(elements, ["1", r#"{"d": []}"#, "\"]\""]);
        assert_eq!(&text[end..=end], "]");
    }
}
