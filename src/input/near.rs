//! Names that the user may have meant.

/// The most names suggested.
const MOST: usize = 3;

/// Up to three of `names` that look like `word`, best first: another case, a few letters off, or a longer name
/// that starts with it. Only names in ASCII are ever suggested, since a look-alike letter must not pass as a typo.
pub fn near<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    let mut found: Vec<(usize, &str)> = names
        .into_iter()
        .filter(|name| name.is_ascii())
        .filter_map(|name| distance(&word, &name.to_ascii_lowercase(), allowed).map(|distance| (distance, name)))
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|(_, name)| name).take(MOST).collect()
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
    fn look_alikes_are_never_suggested() {
        assert_eq!(near("prod", ["pr\u{43e}d"]), Vec::<&str>::new());
    }
}
