//! Standard output as a page for people: whether it takes colour, how wide it is, and facts set on
//! it.
//!
//! Facts come in, lines that fit go out: each fact has a label on the left, its value beside it,
//! and where it is from in parentheses. What does not fit goes on below the value. Elsewhere than
//! on a terminal every fact is one line.

use std::io::stdout;

use owo_colors::{OwoColorize, Style};
use unicode_width::UnicodeWidthStr;

use super::Color;
use crate::config::environment::Environment;
use crate::types::sanitize::escape_up_to;
use crate::ui::report::{takes_colour, wrapped};

const LONGEST: usize = 2000;
/// The least room for values, in columns; narrower terminals break lines as they like.
const LEAST: usize = 24;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Page {
    pub coloured: bool,
    pub width: Option<usize>,
}

impl Page {
    /// Standard output, coloured as the user wants it.
    pub(crate) fn of_output(color: Color, is_terminal: bool, environment: &Environment) -> Self {
        let coloured = takes_colour(color, is_terminal, environment);
        let size = rustix::termios::tcgetwinsize(stdout()).ok().filter(|_| is_terminal);
        Self {
            coloured,
            width: size.map(|size| usize::from(size.ws_col)).filter(|&width| width > 0),
        }
    }

    pub(crate) fn styled(&self, text: &str, style: Style) -> String {
        if self.coloured && !text.is_empty() {
            text.style(style).to_string()
        } else {
            text.to_owned()
        }
    }

    /// Words with lines that fit behind a margin of `margin` columns; the first line goes without
    /// the margin.
    pub(crate) fn filled(&self, text: &str, margin: usize) -> String {
        let indent = " ".repeat(margin);
        match self.width.map(|width| width.saturating_sub(margin)) {
            Some(room) if room >= LEAST => {
                wrapped(text, room, "").replace('\n', &format!("\n{indent}"))
            }
            _ => text.replace('\n', &format!("\n{indent}")),
        }
    }

    pub(crate) fn facts(&self, facts: &[Fact]) -> String {
        let widest = facts.iter().map(|fact| fact.label.width()).max().unwrap_or(0);
        facts.iter().map(|fact| self.fact(fact, widest)).collect()
    }

    fn fact(&self, fact: &Fact, widest: usize) -> String {
        let margin = 2 + widest + 2;
        let blanks = " ".repeat(widest - fact.label.width());
        let value = self.filled(&fact.value, margin);
        let mut text =
            format!("  {}{blanks}  {value}", self.styled(&fact.label, Style::new().dimmed()));
        if !fact.note.is_empty() {
            let note = format!("({})", fact.note);
            let last = value.rsplit('\n').next().unwrap_or_default();
            let taken = if last.len() < value.len() { last.width() } else { margin + last.width() };
            let fits = self.width.is_none_or(|width| taken + 2 + note.width() <= width);
            let gap = if fits { "  ".to_owned() } else { format!("\n{}", " ".repeat(margin)) };
            let note = if fits { note } else { self.filled(&note, margin) };
            let dimmed: Vec<String> =
                note.split('\n').map(|line| self.styled(line, Style::new().dimmed())).collect();
            text.push_str(&gap);
            text.push_str(&dimmed.join("\n"));
        }
        text.push('\n');
        text
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    pub label: String,
    pub value: String,
    /// Who says so.
    pub note: String,
}

impl Fact {
    pub(crate) fn new(label: &str, value: &str, note: &str) -> Self {
        Self {
            label: label.to_owned(),
            value: escape_up_to(value, LONGEST),
            note: escape_up_to(note, LONGEST),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> [Fact; 2] {
        [
            Fact::new("account", "123456789012", "~/.aws/accounts:2:5"),
            Fact::new("sets", "AWS_REGION AWS_DEFAULT_REGION AWS_ACCESS_KEY_ID", ""),
        ]
    }

    #[test]
    fn one_line_each_where_nothing_limits() {
        assert_eq!(
            Page::default().facts(&facts()),
            "  account  123456789012  (~/.aws/accounts:2:5)\n\
             \x20 sets     AWS_REGION AWS_DEFAULT_REGION AWS_ACCESS_KEY_ID\n"
        );
    }

    #[test]
    fn what_does_not_fit_goes_below() {
        let page = Page { width: Some(40), coloured: false };
        assert_eq!(
            page.facts(&facts()),
            "  account  123456789012\n           (~/.aws/accounts:2:5)\n  \
             sets     AWS_REGION AWS_DEFAULT_REGION\n           AWS_ACCESS_KEY_ID\n"
        );
        for width in 35..80 {
            let page = Page { width: Some(width), coloured: false };
            assert!(page.facts(&facts()).lines().all(|line| line.width() <= width), "{width}");
        }
    }

    #[test]
    fn nothing_from_outside_is_obeyed_by_a_terminal() {
        let fact = Fact::new("role", "a\u{1b}[31m\nb", "c\r");
        assert_eq!(Page::default().facts(&[fact]), "  role  a\\x1b[31m\\nb  (c\\r)\n");
    }
}
