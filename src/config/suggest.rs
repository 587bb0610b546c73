//! Names that the user may have meant.

use crate::types::sanitize::{escape_up_to, is_plain};

const MOST: usize = 3;
const MOST_LISTED: usize = 8;

/// Up to three of `names` that look like `word`, best first: another case, a few letters off, or a
/// longer name that starts with it. Only names in ASCII are ever suggested, since a look-alike
/// letter must not pass as a typo.
pub(crate) fn near<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    let mut found: Vec<(usize, &str)> = names
        .into_iter()
        .filter(|name| name.is_ascii() && name.chars().all(is_plain))
        .filter_map(|name| {
            distance(&word, &name.to_ascii_lowercase(), allowed).map(|distance| (distance, name))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|(_, name)| name).take(MOST).collect()
}

pub(crate) fn meant(near: &[&str]) -> String {
    format!("did you mean {}?", near.join(", "))
}

/// The first eight names on one line, for who does not know what there is; `None` when there is
/// nothing.
pub(crate) fn first_few<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut names: Vec<String> =
        names.into_iter().map(|name| escape_up_to(name, 80)).take(MOST_LISTED + 1).collect();
    if names.len() > MOST_LISTED {
        names.truncate(MOST_LISTED);
        names.push("…".to_owned());
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// The name that `word` is one or two letters away from, or one letter if it is short: `notes` is not
/// `roles`.
pub(crate) fn misspelt<'a>(
    word: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    let allowed = (word.len() / 3).clamp(1, 2);
    let distances = names.into_iter().map(|name| (strsim::osa_distance(&word, name), name));
    distances.filter(|&(distance, _)| distance <= allowed).min().map(|(_, name)| name)
}

fn distance(word: &str, name: &str, allowed: usize) -> Option<usize> {
    if word.len() >= 2 && name.starts_with(word) {
        return Some(usize::from(word != name));
    }
    // The difference in length is a lower bound, and most names end here.
    if word.len().abs_diff(name.len()) > allowed {
        return None;
    }
    Some(strsim::osa_distance(word, name)).filter(|&distance| distance <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_case_and_beginnings() {
        let names = ["production", "prod-eu", "staging", "dev", "PROD"];
        for (word, meant) in [
            ("prodution", vec!["production"]),
            ("stagign", vec!["staging"]),
            ("prod", vec!["PROD", "prod-eu", "production"]),
            ("DEV", vec!["dev"]),
            ("zzz", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(near(word, names), meant, "{word}");
        }
    }

    #[test]
    fn a_misspelt_word_is_few_letters_off() {
        let known = ["protected", "roles", "tags", "read_only"];
        for (word, name) in [
            ("protcted", Some("protected")),
            ("Protecetd", Some("protected")),
            ("protect", Some("protected")),
            ("rols", Some("roles")),
            ("readonly", Some("read_only")),
            ("tag", Some("tags")),
            ("notes", None),
            ("prot", None),
            ("colour", None),
        ] {
            assert_eq!(misspelt(word, known), name, "{word}");
        }
    }

    #[test]
    fn look_alikes_are_never_suggested() {
        assert_eq!(near("prod", ["pr\u{43e}d"]), Vec::<&str>::new());
    }

    #[test]
    fn no_name_is_obeyed_by_a_terminal() {
        assert_eq!(near("prod", ["prod\u{1b}[31m"]), Vec::<&str>::new());
        assert_eq!(first_few(["a\u{1b}[31m"]).as_deref(), Some("a\\x1b[31m"));
    }

    #[test]
    fn few_names_are_listed() {
        assert_eq!(first_few([]), None);
        assert_eq!(first_few(["a", "b"]).as_deref(), Some("a, b"));
        assert_eq!(first_few(["x"; 9]).as_deref(), Some("x, x, x, x, x, x, x, x, …"));
    }
}
