//! Arguments of the verbs that print.

use clap::Args;

use super::Color;

/// Arguments of `status`.
#[derive(Args, Clone, Copy, Debug)]
pub struct Status {
    /// One JSON object
    #[arg(long)]
    pub json: bool,
    /// Only the segment of a prompt, for prompts that call a program
    #[arg(long, conflicts_with = "json")]
    pub prompt: bool,
}

/// Arguments of `list`.
#[derive(Args, Clone, Copy, Debug)]
pub struct List {
    /// One JSON object
    #[arg(long)]
    pub json: bool,
    /// Colour in the table: auto, always or never
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub color: Color,
}

/// Arguments of `completions`.
#[derive(Args, Clone, Debug)]
pub struct Completions {
    /// bash, zsh or fish
    pub shell: String,
}
