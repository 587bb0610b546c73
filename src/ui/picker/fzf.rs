//! The same choice in fzf, for those who set `picker = "fzf"`: with their own keys, colours and
//! options.

use std::io::{ErrorKind, Write};
use std::process::Stdio;

use rustix::process::Signal;

use super::finder::Item;
use crate::config::{environment::helper, signals::catch};
use crate::error::{Error, Kind, Result};

/// The number of the item that was chosen. fzf draws on the terminal device; the items go to its
/// standard input.
pub(super) fn pick(prompt: &str, items: &[Item]) -> Result<usize> {
    catch(Signal::CHILD);
    let mut child = helper("fzf")
        // The number in front is for us.
        .args(["--delimiter=\t", "--with-nth=2..", "--no-multi", "--tiebreak=index", "--tabstop=4"])
        .arg(format!("--prompt={prompt} "))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                Error::config("the picker is set to fzf, which is not installed")
                    .hint("install it, or take the setting away: picker = \"builtin\"")
            }
            _ => Error::io("fzf cannot be started").because(error),
        })?;
    if let Some(mut config) = child.stdin.take() {
        // fzf may be left before it has read everything.
        let _ = config.write_all(lines(items).as_bytes());
    }
    let output =
        child.wait_with_output().map_err(|error| Error::io("fzf failed").because(error))?;
    match output.status.code() {
        Some(0) => {
            let chosen = String::from_utf8_lossy(&output.stdout);
            let number =
                chosen.split('\t').next().and_then(|number| number.trim().parse::<usize>().ok());
            number
                .filter(|&number| number < items.len())
                .ok_or_else(|| Error::io("fzf answered something else"))
        }
        Some(2) => Err(Error::io("fzf failed").hint("take the setting away: picker = \"builtin\"")),
        _ => Err(Error::new(Kind::Cancelled, "cancelled")),
    }
}

fn lines(items: &[Item]) -> String {
    let line = |(number, item): (usize, &Item)| {
        format!("{number}\t{}\t{}\t{}\t{}\n", item.account, item.role, item.detail, item.also)
    };
    (0..).zip(items).map(line).collect()
}
