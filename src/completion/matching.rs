//! Which candidates fit what is typed, for shells that leave that to the completer.

use super::candidates::Candidate;

/// The candidates that begin with `typed`; when there are none, those that do in another case; when
/// there are none either, the only one that holds it somewhere. Not several of those: a shell would
/// replace what is typed by what they have in common, which is often nothing.
pub(super) fn matching(candidates: &[Candidate], typed: &str) -> Vec<Candidate> {
    let lower = typed.to_lowercase();
    let exact = |candidate: &&Candidate| candidate.value.starts_with(typed);
    let other_case = |candidate: &&Candidate| candidate.value.to_lowercase().starts_with(&lower);
    let within = |candidate: &&Candidate| candidate.value.to_lowercase().contains(&lower);
    let all = |fits: &dyn Fn(&&Candidate) -> bool| {
        candidates.iter().filter(fits).cloned().collect::<Vec<_>>()
    };
    let found = all(&exact);
    let found = if found.is_empty() { all(&other_case) } else { found };
    if !found.is_empty() {
        return found;
    }
    let found = all(&within);
    if found.len() == 1 { found } else { Vec::new() }
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
            let candidates: Vec<Candidate> =
                names.iter().map(|name| Candidate::new(*name, "")).collect();
            let found: Vec<String> =
                matching(&candidates, typed).into_iter().map(|found| found.value).collect();
            assert_eq!(found, fitting, "{typed}");
        }
    }
}
