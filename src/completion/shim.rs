//! The shells' side of TAB: what each sends, and the form in which it takes the answer.
//!
//! In place of what clap_complete has for this: its own scripts would break on names with spaces, run
//! what stands in the path of the program, and take the matching away from the shell.

use clap::Command;
use memchr::memchr2;

use super::candidates::{Answer, candidates};
use super::line::Line;
use super::matching::{Candidate, fitting, matching};
use super::query::Out;
use super::words::Typed;
use crate::config::environment::Environment;
use crate::shell::{AtTab, Shell};
use crate::types::Moment;

/// The answers that leave the word to the shell: no name begins with a tab.
const FILE: &str = "\t\n";
const COMMAND: &str = "\t--\n";

/// The answer to what a shell sent, in the form in which it takes it.
pub(super) fn answer(
    shell: Shell,
    sent: Vec<String>,
    program: &Command,
    environment: &Environment,
    now: Moment,
) -> String {
    let found = |words, out: Out<'_>| candidates(program, Typed::new(words), environment, now, out);
    let kept = |words| {
        let mut all = Vec::new();
        let answer = found(words, &mut |value, help| {
            all.push(Candidate { value: value.to_owned(), help: help.to_owned() });
        });
        (answer, all)
    };
    let mut text = String::new();
    let answer = match shell.definition().at_tab {
        AtTab::Described => found(sent, &mut |value, help| {
            push_escaped(value, &mut text);
            push_help(':', help, &mut text);
        }),
        AtTab::Tabbed => found(sent, &mut |value, help| {
            text.push_str(value);
            push_help('\t', help, &mut text);
        }),
        // A line up to the cursor and its word breaks.
        AtTab::Line => {
            let [line, breaks] = sent.as_slice() else { return text };
            let Line { mut words, current } = Line::read(line, breaks);
            words.push(current.text.clone());
            let (answer, all) = kept(words);
            let inserted = matching(&all, &current.text).into_iter();
            inserted
                .filter_map(|found| current.insertion(&found.value))
                .for_each(|line| text.extend([line.as_str(), "\n"]));
            answer
        }
        AtTab::Matched { read, word } => {
            let words: Vec<String> = sent.iter().map(|sent| read(sent)).collect();
            let typed = words.last().cloned().unwrap_or_default();
            let (answer, all) = kept(words);
            for Candidate { value, help } in fitting(&all, &typed) {
                text.extend([word(&value).as_str(), "\t", &value, "\t", &help, "\n"]);
            }
            answer
        }
    };
    match answer {
        Answer::Words => text,
        Answer::File => FILE.to_owned(),
        Answer::Command => COMMAND.to_owned(),
    }
}

/// A value with its colons escaped, as `_describe` takes it.
fn push_escaped(value: &str, text: &mut String) {
    let (plain, rest) =
        value.split_at(memchr2(b':', b'\\', value.as_bytes()).unwrap_or(value.len()));
    text.push_str(plain);
    for character in rest.chars() {
        if matches!(character, ':' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
}

fn push_help(border: char, help: &str, text: &mut String) {
    if !help.is_empty() {
        text.push(border);
        text.push_str(help);
    }
    text.push('\n');
}
