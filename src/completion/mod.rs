//! TAB: the answer to a shell that asks what may stand at the cursor.
//!
//! `COMPLETE=bash assume-role -- …` comes in from the shims that `init` registers; lines for the
//! shell go out. Only local files are read and none is written; nothing is asked and no message is
//! printed, whatever goes wrong. The network is out of reach: neither `sts` nor `source` is
//! imported here.

mod candidates;
mod line;
mod matching;
mod query;
mod shim;
mod targets;
mod values;
mod words;

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::CommandFactory;

use crate::cli::Cli;
use crate::config::environment::Environment;
use crate::shell::integration::binary_path;
use crate::shell::{Shell, completion_scripts};
use crate::types::Moment;

/// The variable by which a shell asks.
const VARIABLE: &str = "COMPLETE";

/// What to print when a shell asks at TAB; `None` when none does. `arguments` has the program's
/// name first.
///
/// A variable that is merely left over must not turn a command into a question, so the words have
/// to follow `--`, and a call without any words registers the completion.
pub fn answer(
    arguments: &[OsString],
    environment: &Environment,
    now: Moment,
    directory: &Path,
) -> Option<Vec<u8>> {
    let shell = Path::new(environment.raw(VARIABLE)?).file_name()?.to_str()?;
    let shell = Shell::named(shell)?;
    let text = match arguments {
        [_, dashes, words @ ..] if dashes == "--" => {
            let words = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
            shim::answer(shell, words, &Cli::command(), environment, now)
        }
        [] | [_] => {
            let called = arguments.first().map_or(OsStr::new("assume-role"), OsString::as_os_str);
            let path = binary_path(called, directory, environment.raw("PATH"), None)?;
            completion_scripts::shim(shell, &shell.quoted(path.to_str()?), &["assume-role"])
        }
        _ => return None,
    };
    Some(text.into_bytes())
}
