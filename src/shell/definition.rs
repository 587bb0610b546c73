//! What one shell is: the words and texts in which it differs from the others.

use super::variables::Switch;

/// A shell, as its file in this room describes it.
pub(crate) struct Definition {
    /// The name, as typed after `init`.
    pub(crate) name: &'static str,
    /// Other shells that take the same integration.
    pub(super) also: &'static [&'static str],
    /// Any text as one word.
    pub(super) quoted: fn(&str) -> String,
    /// What stands before the name in an assignment, and between name and value.
    pub(super) assignment: [&'static str; 2],
    pub(super) init: &'static str,
    /// The line of that script which stands there for TAB; empty where there is none.
    pub(super) asks_at_tab: &'static str,
    /// What TAB needs besides; empty where the shell asks no program.
    pub(super) completion: &'static str,
    /// The function of a short name, with the guards of the long one.
    pub(super) short_name: fn(&str) -> String,
    /// The code that the function evaluates; `None` for a shell that cannot evaluate text and reads
    /// [`super::record`] instead.
    pub(super) code: Option<Code>,
    /// What it sends at TAB, and takes for an answer.
    pub(crate) at_tab: AtTab,
    /// The line that loads the integration.
    pub(crate) load: &'static str,
    pub(crate) rc: &'static str,
}

/// Code to evaluate.
pub(super) struct Code {
    /// Applies a switch, or changes nothing and ends with status 9.
    pub(super) switch: fn(&Switch<'_>) -> String,
    /// Takes every change back; whether the old script's names go too.
    pub(super) leave: fn(bool) -> String,
}

#[derive(Clone, Copy)]
pub(crate) enum AtTab {
    /// Sends the line up to the cursor and its word breaks, and inserts what it gets as it is.
    Line,
    /// Sends words, matches and quotes for itself; takes `value:help`.
    Described,
    /// Sends words, matches and quotes for itself; takes `value<TAB>help`.
    Tabbed,
    /// Sends words, and shows and inserts what it gets; takes `word<TAB>value<TAB>help`.
    Matched {
        /// What the shell makes of a word that it sends.
        read: fn(&str) -> String,
        /// What goes onto the line for a value.
        word: fn(&str) -> String,
    },
}
