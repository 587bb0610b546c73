//! Lines for people, on standard error only. A closed or full standard error is no reason to fail.
//!
//! On a terminal, prose is wrapped between words, so that what matters is not cut in the middle of
//! an ARN. Elsewhere every line stays one line.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::rc::Rc;

use owo_colors::{OwoColorize, Style};

use super::Color;
use crate::config::environment::Environment;
use crate::error::Error;
use crate::types::sanitize::escape_up_to;

/// Narrower terminals than this break lines as they like, in columns.
const NARROWEST: usize = 40;
const COMMAND: &str = "assume-role ";

#[derive(Clone, Debug)]
pub(crate) struct Report {
    coloured: bool,
    verbose: bool,
    silent: bool,
    columns: Option<usize>,
    /// What was told once and is not told again.
    told: Rc<RefCell<BTreeSet<String>>>,
}

impl Report {
    pub(crate) fn plain() -> Self {
        Self { coloured: false, verbose: false, silent: false, columns: None, told: Rc::default() }
    }

    /// No lines at all, for output that is not read by a person.
    pub(crate) fn silent() -> Self {
        Self { silent: true, ..Self::plain() }
    }

    /// Lines as the user wants them: coloured on a terminal unless `NO_COLOR` is set or the
    /// terminal is dumb.
    pub(crate) fn new(color: Color, verbose: bool, environment: &Environment) -> Self {
        let coloured = takes_colour(color, std::io::stderr().is_terminal(), environment);
        let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok();
        let columns =
            size.map(|size| usize::from(size.ws_col)).filter(|&columns| columns >= NARROWEST);
        Self { coloured, verbose, columns, ..Self::plain() }
    }

    pub(crate) fn is_coloured(&self) -> bool {
        self.coloured
    }

    /// A line about what was done; `told` stands out.
    pub(crate) fn done(&self, told: &str, rest: &str) {
        self.line(told, Style::new().bold(), rest, "");
    }

    pub(crate) fn warn(&self, text: &str) {
        self.line("warning:", Style::new().yellow().bold(), &format!(" {text}"), "  ");
    }

    pub(crate) fn warn_all(&self, texts: impl IntoIterator<Item = String>) {
        texts.into_iter().for_each(|text| self.warn(&text));
    }

    pub(crate) fn note(&self, text: &str) {
        self.line("note:", Style::new().cyan(), &format!(" {text}"), "  ");
    }

    /// A note that the same run does not repeat.
    pub(crate) fn note_once(&self, text: String) {
        if !self.told.borrow().contains(&text) {
            self.note(&text);
            self.told.borrow_mut().insert(text);
        }
    }

    pub(crate) fn detail(&self, text: &str) {
        if self.verbose {
            self.line(text, Style::new().dimmed(), "", "");
        }
    }

    /// Text for people that is as it is, such as help.
    pub(crate) fn text(&self, text: &str) {
        write(text.trim_end());
    }

    pub(crate) fn error(&self, error: &Error) {
        self.line("assume-role:", Style::new().red().bold(), &format!(" {}", error.message), "  ");
        for cause in &error.causes {
            self.line("", Style::new(), &format!("  {cause}"), "    ");
        }
        for hint in &error.hints {
            self.line("hint:", Style::new().green(), &format!(" {hint}"), "      ");
        }
    }

    /// One line, or as many as it takes; those after the first start with `indent`.
    fn line(&self, label: &str, style: Style, rest: &str, indent: &str) {
        if self.silent {
            return;
        }
        // What is shown is escaped where it comes in; this holds alone.
        let fit = |text: &str| {
            let lines = text.split('\n').map(|line| escape_up_to(line, usize::MAX));
            lines.collect::<Vec<_>>().join("\n")
        };
        let (label, rest) = (fit(label), fit(rest));
        let whole = format!("{label}{rest}");
        let text = self.columns.map_or(whole.clone(), |columns| wrapped(&whole, columns, indent));
        // A label so long that it was broken is not coloured.
        match text.strip_prefix(&label) {
            Some(rest) => write(&format!("{}{rest}", self.styled(&label, style))),
            None => write(&text),
        }
    }

    fn styled(&self, text: impl Display, style: Style) -> String {
        if self.coloured { text.style(style).to_string() } else { text.to_string() }
    }
}

/// Whether a stream takes colour: as the option says, else where it is a terminal that is not dumb,
/// unless `NO_COLOR` is set.
pub(crate) fn takes_colour(color: Color, is_terminal: bool, environment: &Environment) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            is_terminal && !environment.has("NO_COLOR") && !environment.has_dumb_terminal()
        }
    }
}

/// Written at once, so that the lines of a crowd do not mix.
fn write(text: &str) {
    let _ = std::io::stderr().write_all(format!("{text}\n").as_bytes());
}

/// Breaks lines at blanks so that none is longer than `columns`, as far as its words allow. A line
/// break in the text stays one, and a command at the end of a line is one word: broken in two, a
/// copy of it would run as two.
pub(crate) fn wrapped(text: &str, columns: usize, indent: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        let mut column = if number > 0 { start_line(&mut out, indent) } else { 0 };
        for (number, word) in words(line).into_iter().enumerate() {
            let width = word.chars().count();
            if number > 0 && column > indent.len() && column + 1 + width > columns {
                column = start_line(&mut out, indent);
            } else if number > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += width;
        }
    }
    out
}

fn words(line: &str) -> Vec<&str> {
    let mut starts = line.match_indices(COMMAND).map(|(at, _)| line.split_at(at));
    match starts.find(|(prose, _)| prose.is_empty() || prose.ends_with(' ')) {
        Some(("", command)) => vec![command],
        Some((prose, command)) => prose.trim_end().split(' ').chain([command]).collect(),
        None => line.split(' ').collect(),
    }
}

/// Begins a line, and gives the column it is at.
fn start_line(out: &mut String, indent: &str) -> usize {
    out.push('\n');
    out.push_str(indent);
    indent.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("  one two three", 9, "    "), "  one two\n    three");
        assert_eq!(
            wrapped("a word\nlonger-than-all of it", 8, "  "),
            "a word\n  longer-than-all\n  of it"
        );
        assert_eq!(wrapped("exactly as wide", 15, "  "), "exactly as wide");
        assert_eq!(wrapped("", 15, "  "), "");
    }

    #[test]
    fn a_command_stays_whole() {
        let hint = "hint: longer: assume-role production read --duration 12h";
        assert_eq!(
            wrapped(hint, 45, "  "),
            "hint: longer:\n  assume-role production read --duration 12h"
        );
        assert_eq!(
            wrapped(hint, 20, "  "),
            "hint: longer:\n  assume-role production read --duration 12h"
        );
        let line = "hint: eval \"$(assume-role init bash)\"";
        assert_eq!(wrapped(line, 80, "  "), line);
        assert_eq!(wrapped("assume-role: no such role", 20, "  "), "assume-role: no such\n  role");
    }
}
