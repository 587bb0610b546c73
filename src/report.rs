//! Lines for people, on standard error only. A closed or full standard error is no reason to fail.

use std::fmt::Display;
use std::io::{IsTerminal, Write};

use owo_colors::{OwoColorize, Style};

use crate::cli::Color;
use crate::error::Error;
use crate::input::environment::Environment;

/// How lines are written.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    coloured: bool,
    verbose: bool,
}

impl Report {
    /// Lines without colour.
    pub fn plain() -> Self {
        Self { coloured: false, verbose: false }
    }

    /// Lines as the user wants them: coloured on a terminal unless `NO_COLOR` is set or the terminal is dumb.
    pub fn new(color: Color, verbose: bool, environment: &Environment) -> Self {
        let dumb = environment.raw("TERM").is_none_or(|term| term == "dumb");
        let coloured = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => !environment.has("NO_COLOR") && !dumb && std::io::stderr().is_terminal(),
        };
        Self { coloured, verbose }
    }

    /// A line about what was done; `told` stands out.
    pub fn done(&self, told: &str, rest: &str) {
        line(&format!("{}{rest}", self.styled(told, Style::new().bold())));
    }

    /// A line that the user should not miss.
    pub fn warn(&self, text: &str) {
        line(&format!("{} {text}", self.styled("warning:", Style::new().yellow().bold())));
    }

    /// A line that explains.
    pub fn note(&self, text: &str) {
        line(&format!("{} {text}", self.styled("note:", Style::new().cyan())));
    }

    /// A line for `--verbose` only.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            line(&self.styled(text, Style::new().dimmed()));
        }
    }

    /// Text for people that is as it is, such as help.
    pub fn text(&self, text: &str) {
        line(text.trim_end());
    }

    /// An error with its causes and hints.
    pub fn error(&self, error: &Error) {
        let red = Style::new().red().bold();
        let green = Style::new().green();
        let mut text = format!("{} {}", self.styled("assume-role:", red), error.message);
        for cause in &error.causes {
            text.push_str(&format!("\n  {cause}"));
        }
        for hint in &error.hints {
            text.push_str(&format!("\n{} {hint}", self.styled("hint:", green)));
        }
        line(&text);
    }

    fn styled(&self, text: impl Display, style: Style) -> String {
        if self.coloured { text.style(style).to_string() } else { text.to_string() }
    }
}

/// Written at once, so that the lines of a crowd do not mix.
fn line(text: &str) {
    let _ = std::io::stderr().write_all(format!("{text}\n").as_bytes());
}
