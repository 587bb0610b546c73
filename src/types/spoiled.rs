//! For tests of readers: a text that was cut, and one in which a character is another.

/// Characters that mean something to one reader or another, and some that no one expects.
const OTHERS: [char; 14] =
    ['<', '&', '"', '\'', '\\', '{', '[', '=', '\n', '\0', '$', '%', '\u{e9}', '\u{202e}'];

/// The text cut at each place, the shortest first.
pub(crate) fn cut(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().map(|(at, _)| text.split_at(at).0)
}

/// The text with each of the odd characters in place of each of its own, and between them.
pub(crate) fn changed(text: &str) -> impl Iterator<Item = String> {
    let places =
        text.char_indices().flat_map(|(at, character)| [(at, at + character.len_utf8()), (at, at)]);
    places.flat_map(move |(from, to)| {
        let (before, after) = (text.split_at(from).0, text.split_at(to).1);
        OTHERS.into_iter().map(move |other| format!("{before}{other}{after}"))
    })
}
