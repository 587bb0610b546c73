//! A new key: asked for once, kept where it will be used, or deleted again.

use super::at_aws::refused;
use super::{Home, Rotating};
use crate::commands::keys::profile::{Profile, opened};
use crate::config::rotation::{Rotation, Step};
use crate::error::{Error, Result};
use crate::types::quote;
use crate::types::{Credentials, Secret, shortened};

/// What is stored and removed to see that a keyring can be written to now.
const TRIAL: (&str, &str) = ("ASSUMEROLETRIAL00000", "not-a-secret-just-a-trial");

impl Rotating<'_> {
    /// Makes a key and keeps it where it will be used.
    pub(super) async fn create(&self) -> Result<Rotation> {
        let creating = Rotation {
            step: Step::Creating,
            since: self.aws.now(self.context),
            old: self.current.id.clone(),
            new: None,
        };
        self.rehearse(&creating).await?;
        self.note(Some(&creating))?;
        let made = match self.aws.iam().create_key().await {
            Ok(made) => made,
            Err(failure) => {
                let error = refused(&failure, "iam:CreateAccessKey", &self.aws);
                let has_none = failure.is_denial() || failure.code() == "LimitExceeded";
                if has_none {
                    self.note(None)?;
                    return Err(error);
                }
                return Err(self.unmade(error).await);
            }
        };
        let new = Some(made.id.clone());
        match &self.home {
            Home::Keyring(reference) => {
                let opened = opened(&reference.keyring, self.context, self.report);
                if let Err(error) = opened.keep(&made).await {
                    return Err(self.taken_back(error, &made.id).await);
                }
                let stored = Rotation { step: Step::Stored, new, ..creating };
                self.note(Some(&stored))?;
                Ok(stored)
            }
            // In a file it takes the place of one that works, so it is proved first. From then on it
            // is a key that was used, which only its id tells from one that another person made.
            Home::File(..) => {
                let noted = self.note(Some(&Rotation { new: new.clone(), ..creating.clone() }));
                let switched = Rotation { step: Step::Switched, new, ..creating };
                let proved = match noted {
                    Ok(()) => self.aws.prove(&made, self.report).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = proved.and_then(|()| self.switch(&switched, &made)) {
                    return Err(self.taken_back(error, &made.id).await);
                }
                Ok(switched)
            }
        }
    }

    /// Whatever can be refused is refused before there is a key.
    async fn rehearse(&self, creating: &Rotation) -> Result<()> {
        let nothing = |error: Error| error.because("nothing has changed");
        let (id, secret) = (TRIAL.0.to_owned(), Secret::new(TRIAL.1.to_owned()));
        let trial = Credentials { id, secret, token: None };
        let edit = match &self.home {
            Home::Keyring(_) => self.journal(Some(creating)),
            Home::File(_, kind) => Profile::write_key(*kind, &trial),
        };
        self.profile.rehearse(&[edit]).map_err(nothing)?;
        if let Home::Keyring(reference) = &self.home {
            let opened = opened(&reference.keyring, self.context, self.report);
            opened.keep(&trial).await.map_err(nothing)?;
            opened.remove(&trial.id).await.map_err(nothing)?;
        }
        Ok(())
    }

    /// The answer to the question for a new key was lost: what came of it shows the list.
    async fn unmade(&self, error: Error) -> Error {
        let next =
            || format!("assume-role keys rotate {}", quote::word(self.profile.name.as_str()));
        let Ok(listed) = self.aws.access_keys().await else {
            return error
                .because("whether AWS made a key is not known; the next run looks, and deletes it")
                .hint(next());
        };
        match listed.iter().find(|key| key.id != self.current.id) {
            Some(made) => self.taken_back(error, &made.id).await,
            // It may show up later: the journal stays.
            None => error.because("AWS lists no new key: nothing has changed").hint(next()),
        }
    }

    /// Deletes a key that is of no use.
    async fn taken_back(&self, error: Error, id: &str) -> Error {
        let done = match self.forget(id).await {
            Ok(()) => self.aws.delete_key(id).await,
            Err(error) => Err(error),
        };
        match done.and_then(|()| self.note(None)) {
            Ok(()) => error.because("nothing has changed: the new key is deleted again"),
            Err(_) => error
                .because(format!(
                    "the new key {} is still at AWS; the next run deletes it",
                    shortened(id)
                ))
                .hint(format!(
                    "assume-role keys rotate {}",
                    quote::word(self.profile.name.as_str())
                )),
        }
    }
}
