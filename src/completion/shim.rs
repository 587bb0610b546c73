//! The shells' side of TAB: what each sends, and the form in which it takes the answer.
//!
//! Through clap_complete's [`EnvCompleter`], whose own scripts would break on names with spaces,
//! run what stands in the path of the program, and take the matching away from the shell.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use clap::Command;
use clap_complete::env::EnvCompleter;
use memchr::memchr2;

use super::candidates::{Answer, candidates};
use super::line::Line;
use super::matching::{fitting, matching};
use super::query::{Candidate, Known};
use super::words::Typed;
use crate::shell::{AtTab, Shell, completion_scripts};

pub(super) struct Shim<'a> {
    pub shell: Shell,
    pub known: &'a Known,
}

impl EnvCompleter for Shim<'_> {
    fn name(&self) -> &'static str {
        self.shell.name()
    }

    fn is(&self, name: &str) -> bool {
        self.shell.name() == name
    }

    fn write_registration(
        &self,
        _variable: &str,
        _name: &str,
        program: &str,
        completer: &str,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let quoted = self.shell.quoted(completer);
        out.write_all(completion_scripts::shim(self.shell, &quoted, &[program]).as_bytes())
    }

    fn write_complete(
        &self,
        program: &mut Command,
        words: Vec<OsString>,
        _directory: Option<&Path>,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let words: Vec<String> =
            words.into_iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let text = match self.shell.definition().at_tab {
            AtTab::Line => self.of_line(program, &words),
            AtTab::Described => self.of_words(program, words, described),
            AtTab::Tabbed => self.of_words(program, words, tabbed),
            AtTab::Matched { read, word } => {
                let words: Vec<String> = words.iter().map(|sent| read(sent)).collect();
                let typed = words.last().cloned().unwrap_or_default();
                answer(candidates(program, Typed::new(words), self.known), |all| {
                    let line = |Candidate { value, help }: &Candidate| {
                        format!("{}\t{value}\t{help}\n", word(value))
                    };
                    fitting(all, &typed).iter().map(line).collect()
                })
            }
        };
        out.write_all(text.as_bytes())
    }
}

/// The answers that leave the word to the shell: no name begins with a tab.
const FILE: &str = "\t\n";
const COMMAND: &str = "\t--\n";

impl Shim<'_> {
    /// The answer to a line up to the cursor and its word breaks, as it goes onto the line.
    fn of_line(&self, program: &Command, sent: &[String]) -> String {
        let [line, breaks] = sent else { return String::new() };
        let Line { mut words, current } = Line::read(line, breaks);
        words.push(current.text.clone());
        answer(candidates(program, Typed::new(words), self.known), |all| {
            let lines = matching(all, &current.text);
            let lines = lines.iter().filter_map(|found| current.insertion(&found.value));
            lines.map(|line| line + "\n").collect()
        })
    }

    /// The answer to words, for a shell that matches them and quotes what it inserts.
    fn of_words(
        &self,
        program: &Command,
        words: Vec<String>,
        line: fn(&Candidate, &mut String),
    ) -> String {
        answer(candidates(program, Typed::new(words), self.known), |all| {
            let mut text = String::with_capacity(all.len() * 64);
            for candidate in all {
                line(candidate, &mut text);
                text.push('\n');
            }
            text
        })
    }
}

/// The lines of an answer, those of words as the shell takes them.
fn answer(found: Answer, lines: impl FnOnce(&[Candidate]) -> String) -> String {
    match found {
        Answer::File => FILE.to_owned(),
        Answer::Command => COMMAND.to_owned(),
        Answer::Words(all) => lines(&all),
    }
}

/// `value:description`, the colons of the value escaped, as `_describe` takes it.
fn described(candidate: &Candidate, text: &mut String) {
    let plain = memchr2(b':', b'\\', candidate.value.as_bytes()).unwrap_or(candidate.value.len());
    let (plain, rest) = candidate.value.split_at(plain);
    text.push_str(plain);
    for character in rest.chars() {
        if matches!(character, ':' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    push_help(':', candidate, text);
}

fn tabbed(candidate: &Candidate, text: &mut String) {
    text.push_str(&candidate.value);
    push_help('\t', candidate, text);
}

fn push_help(border: char, candidate: &Candidate, text: &mut String) {
    if !candidate.help.is_empty() {
        text.push(border);
        text.push_str(&candidate.help);
    }
}
