//! clap's refusals as errors of ours: one sentence, and hints that say what to type.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::Error;
use crate::types::sanitize::escape;

/// The error for words that clap did not take.
pub(super) fn error_of(refusal: &clap::Error) -> Error {
    let several = |kind, join: &str| match refusal.get(kind) {
        Some(ContextValue::String(text)) => Some(bare(text)),
        Some(ContextValue::Strings(texts)) if !texts.is_empty() => Some(bare(&texts.join(join))),
        _ => None,
    };
    let said = |kind| several(kind, ", ");
    let word = said(ContextKind::InvalidArg).unwrap_or_default();
    let value = said(ContextKind::InvalidValue).unwrap_or_default();
    let other = said(ContextKind::PriorArg).unwrap_or_default();
    let message = match refusal.kind() {
        ErrorKind::UnknownArgument if word.starts_with('-') => {
            format!("there is no option '{word}'")
        }
        ErrorKind::UnknownArgument => format!("unexpected argument '{word}'"),
        ErrorKind::MissingRequiredArgument => {
            let words = several(ContextKind::InvalidArg, " and ").unwrap_or_default();
            let are = if words.contains(" and ") { "are" } else { "is" };
            format!("{words} {are} missing")
        }
        ErrorKind::ArgumentConflict if other.is_empty() || other == word => {
            format!("{word} is given twice")
        }
        ErrorKind::ArgumentConflict => format!("{word} and {other} exclude each other"),
        ErrorKind::InvalidValue if value.is_empty() => format!("{word} needs a value"),
        ErrorKind::InvalidValue => format!("unknown value '{value}' for {word}"),
        ErrorKind::InvalidSubcommand => {
            let word = said(ContextKind::InvalidSubcommand).unwrap_or_default();
            format!("unknown subcommand '{word}'")
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            "a subcommand is missing".to_owned()
        }
        _ => first_line(refusal, "error: ")
            .unwrap_or_else(|| "these arguments do not fit together".to_owned()),
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
        // What stands in brackets cannot be typed.
        Some(usage)
            if usage.contains("[OPTIONS]") && refusal.kind() == ErrorKind::UnknownArgument
                || usage.replace("[OPTIONS]", "").contains('[') =>
        {
            let is_verb = |word: &&str| word.starts_with(|c: char| c.is_ascii_lowercase());
            let verb: Vec<&str> = usage.split(' ').take_while(is_verb).collect();
            error.hint(format!("{} --help", verb.join(" ")))
        }
        Some(usage) => error.hint(usage.replace(" [OPTIONS]", "")),
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
