//! What the function of a shell says about that shell, in one variable of the one call `assume-role
//! doctor`.
//!
//! Lines `name=value`; a line without a known name goes on with the value before it. Whatever is
//! missing was not said.

/// The names that a function may say something about. The prompt comes last, for it may hold any
/// line.
const NAMES: [&str; 10] = [
    "shell", "flags", "side", "hook", "completion", "others", "universal", "segments", "hooks",
    "prompt",
];

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ShellState {
    values: Vec<(String, String)>,
}

impl ShellState {
    pub(super) fn parse(text: &str) -> Self {
        let mut values: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            let is_in_prompt = values.last().is_some_and(|(name, _)| name == "prompt");
            let named =
                line.split_once('=').filter(|(name, _)| NAMES.contains(name) && !is_in_prompt);
            match (named, values.last_mut()) {
                (Some((name, value)), _) => values.push((name.to_owned(), value.to_owned())),
                (None, Some((_, last))) => {
                    last.push('\n');
                    last.push_str(line);
                }
                (None, None) => {}
            }
        }
        Self { values }
    }

    /// What was said about a name; empty when nothing was.
    pub(super) fn get(&self, name: &str) -> &str {
        self.values.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    pub(super) fn says(&self, name: &str) -> bool {
        self.values.iter().any(|(known, _)| known == name)
    }

    pub(super) fn shell(&self) -> (&str, &str) {
        self.get("shell").split_once(' ').unwrap_or((self.get("shell"), ""))
    }

    pub(super) fn is_interactive(&self) -> bool {
        self.get("flags").split(' ').next().is_some_and(|flags| flags.contains('i'))
    }

    /// Whether a function or alias of that name is there, as `type`, `whence` or fish list it.
    pub(super) fn has(&self, about: &str, name: &str) -> bool {
        let lines = self.get(about).lines();
        lines.filter(|line| !line.ends_with(": none")).any(|line| line.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_on_until_the_next_name() {
        let state =
            ShellState::parse("shell=zsh 5.9\nflags=569Xi\nhooks=a\nb=c\nprompt=%m\nhook=no\n> ");
        assert_eq!((state.shell(), state.is_interactive()), (("zsh", "5.9"), true));
        assert_eq!((state.get("hooks"), state.get("prompt")), ("a\nb=c", "%m\nhook=no\n>"));
        assert_eq!(state.get("hook"), "", "a line of the prompt is no answer");
    }

    #[test]
    fn what_is_missing_was_not_said() {
        assert_eq!(ShellState::parse("").shell(), ("", ""));
        assert!(!ShellState::parse("rubbish").is_interactive());
        let state = ShellState::parse("others=assume: none\nawsume: alias");
        assert!(state.has("others", "awsume") && !state.has("others", "assume:"));
    }
}
