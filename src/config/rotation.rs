//! `assume_role_rotation = STEP TIME OLD NEW` in a profile: how far the change from one access key to
//! the next has come. It stands in the file that says which key is used, so that both change in one
//! step, and it holds no secret.

use std::fmt;

use crate::config::location::Location;
use crate::error::{Error, Result};
use crate::types::{Moment, is_key_id};

/// The key of the line.
pub(crate) const ROTATION: &str = "assume_role_rotation";
/// The line of a key that was replaced, in the file where it stood.
pub(crate) const OLD_SECRET: &str = "assume_role_old_secret";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A new key was asked for; what came of it is not known, or is kept nowhere yet.
    Creating,
    /// The new key is kept where it will be used.
    Stored,
    /// The new key is used; the old one is not inactive yet.
    Switched,
    /// The old key is inactive, and kept.
    Done,
}

const STEPS: [(&str, Step); 4] = [
    ("creating", Step::Creating),
    ("stored", Step::Stored),
    ("switched", Step::Switched),
    ("done", Step::Done),
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rotation {
    pub step: Step,
    /// When it began, by AWS's clock.
    pub since: Moment,
    pub old: String,
    /// Not known while AWS makes it.
    pub new: Option<String>,
}

impl Rotation {
    pub(crate) fn parse(place: &Location, text: &str) -> Result<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let parsed = match words.as_slice() {
            [step, since, ids @ ..] => {
                let step = STEPS.iter().find(|(name, _)| name == step).map(|(_, step)| *step);
                step.zip(Moment::parse_rfc3339(since)).and_then(|(step, since)| {
                    let (old, new) = match (step, ids) {
                        (Step::Creating, [old]) => (old, None),
                        (_, [old, new]) => (old, Some(new)),
                        _ => return None,
                    };
                    let new = new.map(|new| (*new).to_owned());
                    ids.iter().all(|id| is_key_id(id)).then(|| Self {
                        step,
                        since,
                        old: (*old).to_owned(),
                        new,
                    })
                })
            }
            _ => None,
        };
        parsed.ok_or_else(|| {
            Error::config(format!("{place}: {ROTATION} is not as it was written"))
                .hint("take the line out, and look at the user's access keys in the IAM console")
        })
    }

    /// The key that is used while it has come so far.
    pub(crate) fn current(&self) -> &str {
        match (self.step, &self.new) {
            (Step::Switched | Step::Done, Some(new)) => new,
            _ => &self.old,
        }
    }

    pub(crate) fn at(&self, step: Step) -> Self {
        Self { step, ..self.clone() }
    }
}

impl fmt::Display for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = STEPS.iter().find(|(_, step)| *step == self.step).map_or("", |(name, _)| name);
        write!(f, "{step} {} {}", self.since.rfc3339(), self.old)?;
        self.new.as_ref().map_or(Ok(()), |new| write!(f, " {new}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let place = Location { file: "~/.aws/config".into(), line: 2, column: None };
        let (old, new) = ("AKIAOLDOLDOLDOLDOLD1", "AKIANEWNEWNEWNEWNEW1");
        for text in [
            format!("creating 2026-11-28T15:00:00Z {old}"),
            format!("creating 2026-11-28T15:00:00Z {old} {new}"),
            format!("stored 2026-11-28T15:00:00Z {old} {new}"),
            format!("switched 2026-11-28T15:00:00Z {old} {new}"),
            format!("done 2026-11-28T15:00:00Z {old} {new}"),
        ] {
            assert_eq!(Rotation::parse(&place, &text).unwrap().to_string(), text);
        }
        for text in [
            "".to_owned(),
            "creating".to_owned(),
            format!("creating 2026-11-28T15:00:00Z {old} {new} {new}"),
            format!("done 2026-11-28T15:00:00Z {old}"),
            format!("done soon {old} {new}"),
            format!("gone 2026-11-28T15:00:00Z {old} {new}"),
            "creating 2026-11-28T15:00:00Z x".to_owned(),
        ] {
            assert!(Rotation::parse(&place, &text).is_err(), "{text}");
        }
    }
}
