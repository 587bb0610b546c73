//! Whether a browser that is opened here has a person in front of it.

use crate::config::environment::Environment;

/// Variables of a session that came over a network, or of a machine without a person.
const ELSEWHERE: [&str; 6] =
    ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "CI", "KUBERNETES_SERVICE_HOST", "container"];

/// The variable that names the user's browser.
pub(crate) const BROWSER: &str = "BROWSER";

/// A desktop with a person in front of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Desktop {
    /// The first browser of [`BROWSER`], which by custom may list several; `None` for the system's.
    pub browser: Option<String>,
}

impl Desktop {
    pub(crate) fn new(environment: &Environment) -> Self {
        let first = environment.text(BROWSER).ok().flatten().map(first_of);
        let browser = first.filter(|first| !first.trim().is_empty()).map(str::to_owned);
        Self { browser }
    }

    /// The desktop that a page of a sign-on can be opened on.
    pub(super) fn found(environment: &Environment) -> Option<Self> {
        let desktop = Self::new(environment);
        no_desktop(environment, desktop.browser.is_some()).is_none().then_some(desktop)
    }
}

/// The first command of a list with `:` between them. One in quotes or in an address is its own.
fn first_of(list: &str) -> &str {
    let list = list.trim_start();
    let (mut quote, mut start) = (None, 0);
    let mut characters = list.char_indices();
    while let Some((at, character)) = characters.next() {
        match (character, quote) {
            ('\\', None | Some('"')) => drop(characters.next()),
            (_, Some(open)) => quote = quote.filter(|_| character != open),
            ('\'' | '"', None) => quote = Some(character),
            (' ' | '\t', None) => start = at + 1,
            (':', None) if start == 0 || !is_address(list.get(start..at).unwrap_or_default()) => {
                return list.get(..at).unwrap_or_default();
            }
            _ => {}
        }
    }
    list
}

/// Whether an argument up to a `:` is an address, as in `ext+container:` or `--app=https:`.
fn is_address(argument: &str) -> bool {
    let head = argument.split(':').next().unwrap_or_default();
    let scheme = head.rsplit('=').next().unwrap_or_default();
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// Why no browser may be opened, as far as variables tell; `None` on a desktop.
/// `has_own` when the user chose the browser, which may open its pages elsewhere.
pub(crate) fn no_desktop(environment: &Environment, has_own: bool) -> Option<String> {
    if let Some(name) = ELSEWHERE.iter().find(|name| environment.has(name)) {
        return Some(format!("{name} is set: no user sits at this machine"));
    }
    let has_screen = has_own
        || cfg!(target_os = "macos")
        || environment.has("DISPLAY")
        || environment.has("WAYLAND_DISPLAY");
    (!has_screen)
        .then(|| "neither DISPLAY nor WAYLAND_DISPLAY is set: there is no screen".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_several_browsers() {
        for (list, first) in [
            ("firefox:w3m", "firefox"),
            ("/usr/bin/a %s:w3m", "/usr/bin/a %s"),
            ("lynx -x_y:w3m", "lynx -x_y"),
            ("'/opt/a: b' %s:w3m", "'/opt/a: b' %s"),
            ("b \"x\\\":y\" c\\:d:w3m", "b \"x\\\":y\" c\\:d"),
            ("firefox ext+container:name=%a&url=%s", "firefox ext+container:name=%a&url=%s"),
            ("b --app=http://h:80/?u=%s -x:w3m", "b --app=http://h:80/?u=%s -x"),
            (" firefox:w3m", "firefox"),
            (":w3m", ""),
            ("b 'x", "b 'x"),
            ("", ""),
        ] {
            assert_eq!(first_of(list), first, "{list}");
        }
    }

    #[test]
    fn only_a_local_desktop_opens_pages() {
        assert_eq!(no_desktop(&Environment::from_pairs([("DISPLAY", ":0")]), false), None);
        for name in ELSEWHERE {
            let why = no_desktop(&Environment::from_pairs([("DISPLAY", ":0"), (name, "x")]), true)
                .unwrap();
            assert!(why.contains(name), "{why}");
        }
        assert_eq!(no_desktop(&Environment::default(), false).is_none(), cfg!(target_os = "macos"));
    }
}
