//! How the prompt segment looks and where it stands: the user's choices, and how `init` hands them
//! to its scripts.
//!
//! They go in as plain assignments before the script, which has the same defaults of its own.

use super::Shell;
use crate::config::settings::{PromptSide, Settings};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Where `init` puts the segment.
    pub side: PromptSide,
    /// Below this many seconds the state is a warning.
    pub warning: u32,
    /// Below this many seconds, of those, it is an alarm.
    pub alarm: u32,
    /// Follows the time while the session renews without a question.
    pub renewable_mark: String,
    /// zsh draws an idle prompt anew when the state changes.
    pub repaint: bool,
    /// The commands before which a session about to end is renewed, where that takes no question.
    pub renew: Vec<String>,
}

impl Default for Look {
    fn default() -> Self {
        Self::from(&Settings::default())
    }
}

impl From<&Settings> for Look {
    fn from(settings: &Settings) -> Self {
        Self {
            side: settings.prompt.value,
            warning: settings.warning.value,
            alarm: settings.alarm.value,
            renewable_mark: settings.renewable_mark.value.clone(),
            repaint: settings.repaint.value,
            renew: settings.renew.value.clone(),
        }
    }
}

impl Look {
    /// The assignments that stand before the script of a shell.
    pub(super) fn assignments(&self, shell: Shell) -> String {
        let side = match self.side {
            PromptSide::Auto => "auto",
            PromptSide::Left => "left",
            PromptSide::Right => "right",
            PromptSide::None => "none",
        };
        let values = [
            ("side", side.to_owned()),
            ("warning_below", self.warning.to_string()),
            ("alarm_below", self.alarm.to_string()),
            ("renewable_mark", self.renewable_mark.clone()),
            ("repaint", if self.repaint { "yes" } else { "" }.to_owned()),
            ("renew", self.renew.join(" ")),
        ];
        let [set, is] = shell.definition().assignment;
        values
            .iter()
            .map(|(name, value)| format!("{set}__assume_role_{name}{is}{}\n", shell.quoted(value)))
            .collect()
    }
}
