//! When pages have colours.

use clap::Args;

use crate::ui::Color;

/// `--color` of the verbs that print a page and take no target.
#[derive(Args, Clone, Copy, Debug)]
pub struct ColorOption {
    /// Colour: auto, always or never
    #[arg(
        id = "color",
        long = "color",
        value_enum,
        value_name = "WHEN",
        default_value_t,
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub when: Color,
}
