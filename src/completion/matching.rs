//! Which candidates fit what is typed, for shells that leave that to the completer.

#[derive(Clone)]
pub(super) struct Candidate {
    pub value: String,
    pub help: String,
}

/// The candidates that begin with `typed`; when there are none, those that do in another case; when
/// there are none either, those that hold it somewhere.
pub(super) fn fitting(candidates: &[Candidate], typed: &str) -> Vec<Candidate> {
    let lower = typed.to_lowercase();
    let exact = |candidate: &&Candidate| candidate.value.starts_with(typed);
    let other_case = |candidate: &&Candidate| candidate.value.to_lowercase().starts_with(&lower);
    let within = |candidate: &&Candidate| candidate.value.to_lowercase().contains(&lower);
    let rules: [&dyn Fn(&&Candidate) -> bool; 3] = [&exact, &other_case, &within];
    let mut found = rules.into_iter().map(|fits| candidates.iter().filter(fits));
    found
        .find_map(|found| Some(found.cloned().collect()).filter(|all: &Vec<_>| !all.is_empty()))
        .unwrap_or_default()
}

/// The same for a shell that inserts what the candidates have in common: of those that only hold
/// what is typed, not several, since what they have in common is often nothing.
pub(super) fn matching(candidates: &[Candidate], typed: &str) -> Vec<Candidate> {
    let found = fitting(candidates, typed);
    let lower = typed.to_lowercase();
    let begins = |candidate: &Candidate| candidate.value.to_lowercase().starts_with(&lower);
    if found.len() > 1 && !found.iter().all(begins) { Vec::new() } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_then_case_then_the_only_one_that_holds_it() {
        let names = ["production", "preproduction", "Staging", "staging-eu", "Ärzte"];
        for (typed, fitting) in [
            ("", &names[..]),
            ("pro", &["production"]),
            ("sta", &["staging-eu"]),
            ("STA", &["Staging", "staging-eu"]),
            ("ä", &["Ärzte"]),
            ("prep", &["preproduction"]),
            ("duct", &[]),
            ("eu", &["staging-eu"]),
            ("zzz", &[]),
        ] {
            let candidates: Vec<Candidate> = names
                .iter()
                .map(|name| Candidate { value: (*name).into(), help: String::new() })
                .collect();
            let found: Vec<String> =
                matching(&candidates, typed).into_iter().map(|found| found.value).collect();
            assert_eq!(found, fitting, "{typed}");
        }
    }
}
