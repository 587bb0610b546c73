//! A line of bash up to the cursor: its words, and which part of the last one readline replaces.
//!
//! bash hands over the raw line, since its own list of words is useless here: it splits names at
//! `:` and `=`, keeps quotes and backslashes, and differs between versions. What is offered has to
//! fit the part that readline takes for the word, so its start is found by readline's rule
//! (`_rl_find_completion_word`): behind the quote that is open, else behind the last unquoted word
//! break.

/// The words of the last command on a line, the one at the cursor apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The words before the cursor's, without quotes.
    pub words: Vec<String>,
    pub current: Current,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Current {
    /// The word up to the cursor, without quotes.
    pub text: String,
    /// The beginning of it that readline leaves alone, without quotes.
    kept: String,
    /// The quote that is open at the cursor.
    quote: Option<char>,
}

/// What a character of the line is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Means what the shell wants it to mean.
    Plain,
    /// Stands for itself: quoted or behind a backslash.
    Literal,
    /// A quote or a backslash that is no part of the word.
    Quoting,
}

#[derive(Clone, Copy)]
struct Mark {
    at: usize,
    character: char,
    part: Part,
}

impl Line {
    /// Reads a line that ends at the cursor. `breaks` is `COMP_WORDBREAKS`.
    pub(super) fn read(line: &str, breaks: &str) -> Self {
        let (marks, open) = scan(line);
        let (words, start) = split(&marks, line.len());
        let is_break = |mark: &&Mark| mark.part == Part::Plain && breaks.contains(mark.character);
        let replaced = match open {
            Some((_, behind)) => behind,
            None => {
                marks.iter().rfind(is_break).map_or(0, |mark| mark.at + mark.character.len_utf8())
            }
        };
        let text = |to: usize| {
            let within = marks
                .iter()
                .filter(|mark| (start..to).contains(&mark.at) && mark.part != Part::Quoting);
            within.map(|mark| mark.character).collect()
        };
        let current = Current {
            text: text(line.len()),
            kept: text(replaced),
            quote: open.map(|(quote, _)| quote),
        };
        Self { words, current }
    }
}

impl Current {
    /// What readline has to put in for a candidate; `None` when the part that stays does not begin
    /// it.
    pub(super) fn insertion(&self, candidate: &str) -> Option<String> {
        let rest = candidate.strip_prefix(&self.kept)?;
        Some(match self.quote {
            None => rest.chars().map(escaped).collect(),
            Some('\'') => rest.replace('\'', r"'\''"),
            // History is expanded even here, and a backslash before its mark would stay in the
            // word.
            Some(_) => rest.chars().map(escaped_in_double_quotes).collect(),
        })
    }
}

fn escaped(character: char) -> String {
    let plain =
        character.is_alphanumeric() || !character.is_ascii() || "_-+=,.@:/%".contains(character);
    if plain { character.to_string() } else { format!("\\{character}") }
}

fn escaped_in_double_quotes(character: char) -> String {
    match character {
        '!' => "\"'!'\"".to_owned(),
        '"' | '$' | '`' | '\\' => format!("\\{character}"),
        other => other.to_string(),
    }
}

/// Each character with its part, and the quote that is still open at the end with the place behind
/// it.
fn scan(line: &str) -> (Vec<Mark>, Option<(char, usize)>) {
    let mut marks = Vec::with_capacity(line.len());
    let mut open: Option<(char, usize)> = None;
    let mut behind_backslash = false;
    for (at, character) in line.char_indices() {
        let part = match (open, character) {
            _ if behind_backslash => Part::Literal,
            (Some(('\'', _)), '\\') => Part::Literal,
            (_, '\\') => Part::Quoting,
            (Some((quote, _)), _) => {
                if quote == character {
                    Part::Quoting
                } else {
                    Part::Literal
                }
            }
            (None, '\'' | '"') => Part::Quoting,
            (None, _) => Part::Plain,
        };
        behind_backslash = part == Part::Quoting && character == '\\';
        if part == Part::Quoting && !behind_backslash {
            open = if open.is_some() { None } else { Some((character, at + 1)) };
        }
        marks.push(Mark { at, character, part });
    }
    (marks, open)
}

/// The words of the last command that are complete, and where the one at the end begins.
fn split(marks: &[Mark], end: usize) -> (Vec<String>, usize) {
    let mut words = Vec::new();
    let mut word: Option<(String, usize)> = None;
    let mut is_file = false;
    for mark in marks {
        match (mark.part, mark.character) {
            (Part::Plain, ' ' | '\t') => {
                let ended = word.take().map(|(text, _)| text);
                // What a redirection goes to is no argument.
                words.extend(ended.filter(|_| !std::mem::take(&mut is_file)));
            }
            (Part::Plain, '<' | '>') => {
                word = None;
                is_file = true;
            }
            (Part::Plain, ';' | '|' | '&' | '(' | ')' | '\n') => {
                words.clear();
                word = None;
            }
            (part, character) => {
                let (text, _) = word.get_or_insert_with(|| (String::new(), mark.at));
                if part != Part::Quoting {
                    text.push(character);
                }
            }
        }
    }
    (words, word.map_or(end, |(_, start)| start))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What bash 5 starts with, and bash 3.2.
    const BREAKS: &str = " \t\n\"'@><=;|&(:";

    /// The words, the text, and what the line holds after the candidate went in.
    fn after(line: &str, candidate: &str) -> Option<(Vec<String>, String, String)> {
        let Line { words, current } = Line::read(line, BREAKS);
        let (marks, open) = scan(line);
        let is_break = |mark: &&Mark| mark.part == Part::Plain && BREAKS.contains(mark.character);
        let last = marks.iter().rfind(is_break).map_or(0, |mark| mark.at + 1);
        let kept = line.get(..open.map_or(last, |(_, behind)| behind)).unwrap();
        let closing = open.map(|(quote, _)| quote.to_string()).unwrap_or_default();
        let inserted = current.insertion(candidate)?;
        Some((words, current.text, format!("{kept}{inserted}{closing}")))
    }

    #[test]
    fn words_lose_their_quotes() {
        for (line, words, text) in [
            ("ar", &[][..], "ar"),
            ("ar ", &["ar"], ""),
            ("ar R\\ and\\ D re", &["ar", "R and D"], "re"),
            ("ar 'R and D' \"it's\" x", &["ar", "R and D", "it's"], "x"),
            ("ar '' \"\" x", &["ar", "", ""], "x"),
            ("ar 'it'\\''s' x", &["ar", "it's"], "x"),
            ("ar \"R an", &["ar"], "R an"),
            ("ar prod:re", &["ar"], "prod:re"),
            ("ar --region=eu", &["ar"], "--region=eu"),
            ("echo x; A=1 ar 2>/dev/null p", &["A=1", "ar"], "p"),
            ("echo a\\;b 'c;d' p", &["echo", "a;b", "c;d"], "p"),
            ("ar x\\", &["ar"], "x"),
            ("ar 日本 日", &["ar", "日本"], "日"),
        ] {
            let read = Line::read(line, BREAKS);
            assert_eq!(
                (read.words, read.current.text),
                (words.iter().map(|w| (*w).to_owned()).collect(), text.into()),
                "{line}"
            );
        }
    }

    #[test]
    fn what_is_inserted_makes_the_whole_word() {
        for (line, candidate, whole) in [
            ("ar R", "R and D", r"ar R\ and\ D"),
            ("ar R\\ a", "R and D", r"ar R\ and\ D"),
            ("ar 'R a", "R and D", "ar 'R and D'"),
            ("ar \"R a", "R and D", "ar \"R and D\""),
            ("ar 'i", "it's", r"ar 'it'\''s'"),
            ("ar \"i", "it's", "ar \"it's\""),
            ("ar \"a", "a!b", "ar \"a\"'!'\"b\""),
            ("ar a", "a!b", r"ar a\!b"),
            ("ar ", "R&D (eu) *", r"ar R\&D\ \(eu\)\ \*"),
            ("ar prod:re", "prod:read", "ar prod:read"),
            ("ar R\\ D:re", "R D:read", r"ar R\ D:read"),
            ("ar --region=eu", "--region=eu-west-1", "ar --region=eu-west-1"),
            ("ar ops/", "ops/x=y@z", "ar ops/x=y@z"),
            ("ar ~", "~x", r"ar \~x"),
            ("ar #", "#{x}", r"ar \#\{x\}"),
            ("ar 日", "日本", "ar 日本"),
        ] {
            assert_eq!(after(line, candidate).unwrap().2, whole, "{line}");
        }
    }

    #[test]
    fn a_candidate_that_would_change_what_stays_is_left_out() {
        assert!(after("ar PROD:re", "prod:read").is_none());
    }

    #[test]
    fn other_word_breaks_are_honoured() {
        let current = Line::read("ar prod:re", " \t\n").current;
        assert_eq!(current.insertion("prod:read").as_deref(), Some("prod:read"));
        assert_eq!(
            Line::read("ar prod:re", BREAKS).current.insertion("prod:read").as_deref(),
            Some("read")
        );
    }
}
