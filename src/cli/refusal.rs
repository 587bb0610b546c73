//! clap's refusals as errors of ours: one sentence, and hints that say what to type.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::Error;
use crate::types::sanitize::escape;

/// The error for words that clap did not take.
pub(super) fn error_of(refusal: &clap::Error) -> Error {
    let said = |kind| match refusal.get(kind) {
        Some(ContextValue::String(text)) => Some(bare(text)),
        Some(ContextValue::Strings(texts)) if !texts.is_empty() => Some(bare(&texts.join(", "))),
        _ => None,
    };
    let word = said(ContextKind::InvalidArg).unwrap_or_default();
    let value = said(ContextKind::InvalidValue).unwrap_or_default();
    let other = said(ContextKind::PriorArg).unwrap_or_default();
    let message = match refusal.kind() {
        ErrorKind::UnknownArgument if word.starts_with('-') => {
            format!("there is no option '{word}'")
        }
        ErrorKind::UnknownArgument => format!("'{word}' is a word too many"),
        ErrorKind::MissingRequiredArgument => format!("{word} is missing"),
        ErrorKind::ArgumentConflict if other.is_empty() || other == word => {
            format!("{word} is given twice")
        }
        ErrorKind::ArgumentConflict => format!("{word} and {other} exclude each other"),
        ErrorKind::InvalidValue if value.is_empty() => format!("{word} needs a value"),
        ErrorKind::InvalidValue => format!("'{value}' is no value of {word}"),
        ErrorKind::InvalidSubcommand => {
            format!(
                "there is no '{}' here",
                said(ContextKind::InvalidSubcommand).unwrap_or_default()
            )
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            "what to do?".to_owned()
        }
        _ => first_line(refusal, "error: ").unwrap_or_else(|| "these words do not fit".to_owned()),
    };
    let error = Error::usage(message);
    if let Some(option) =
        said(ContextKind::SuggestedArg).or_else(|| said(ContextKind::SuggestedSubcommand))
    {
        return error.hint(format!("did you mean {option}?"));
    }
    if let Some(values) = said(ContextKind::ValidValue) {
        return error.hint(format!("one of {values}"));
    }
    match first_line(refusal, "Usage: ") {
        Some(usage) => error.hint(usage),
        None => error.hint("assume-role --help"),
    }
}

/// Arguments as they are typed, without the brackets of a manual.
fn bare(text: &str) -> String {
    escape(&text.replace(['<', '>'], ""))
}

/// What follows `label` where a line of clap's own text begins with it.
fn first_line(refusal: &clap::Error, label: &str) -> Option<String> {
    let text = refusal.render().to_string();
    text.lines().find_map(|line| line.strip_prefix(label)).map(bare)
}
