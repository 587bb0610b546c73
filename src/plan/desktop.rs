//! Whether a browser that is opened here has a person in front of it.

use crate::config::environment::Environment;

/// Variables of a session that came over a network, or of a machine without a person.
const ELSEWHERE: [&str; 6] =
    ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "CI", "KUBERNETES_SERVICE_HOST", "container"];

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
