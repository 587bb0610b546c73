//! The user whose key is changed, as AWS knows it: one session, one code, for all calls.

use std::time::{Duration, Instant};

use crate::aws::{AccessKey, AwsError, Client, FailureKind, IamUser, caller_identity, unanswered};
use crate::cache::{BaseFacts, BaseSession};
use crate::cli;
use crate::commands::choose;
use crate::commands::context::Context;
use crate::commands::session::{ActiveRole, carry_out};
use crate::config::Config;
use crate::error::{Error, Kind, Result};
use crate::plan::Request;
use crate::types::quote;
use crate::types::sanitize::{escape, escape_up_to};
use crate::types::{Credentials, Moment, Secret};
use crate::ui::report::Report;

/// How long a new key may be unknown at AWS, and how long the pauses between two questions are.
const LATEST: Duration = Duration::from_secs(60);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// Between two answers: one server of AWS may know the key before another does.
const BETWEEN: Duration = Duration::from_secs(1);

pub(super) struct AtAws {
    pub user: String,
    arn: String,
    client: Client,
    /// What signs: the session that proves MFA, else the key itself. Keys of `GetSessionToken`
    /// without MFA may not call IAM.
    keys: Credentials,
    proves_mfa: bool,
    active: ActiveRole,
}

impl AtAws {
    pub(super) fn of(
        arguments: &cli::KeysRotate,
        current: &Credentials,
        context: &Context,
        report: &Report,
    ) -> Result<Self> {
        let config = Config::read(&context.environment)?;
        let request = Request {
            profile: Some(arguments.profile.clone()),
            mfa_code: arguments.mfa_code.clone().map(Secret::new),
            mfa_serial: arguments.mfa_serial.clone(),
            yes: true,
            write: true,
            ..Request::default()
        };
        let plan = choose::plan(request, &config, context, report)?;
        if let Some(step) = plan.steps.first() {
            let name = escape_up_to(&arguments.profile, 80);
            return Err(Error::config(format!("profile '{name}' is the role {}", step.role))
                .because("a role has no access keys")
                .hint("assume-role keys list"));
        }
        let active =
            carry_out(plan, &config, context, report).map_err(|error| match error.kind {
                Kind::NeedsAnswer => {
                    let name = quote::word(&arguments.profile);
                    let hint = format!("assume-role keys rotate {name} --mfa-code 123456");
                    Error { hints: Vec::new(), ..error }.hint(hint)
                }
                _ => error,
            })?;
        let arn = active.session.role.assumed_role.clone();
        let user = arn.split_once(":user/").and_then(|(_, path)| path.rsplit('/').next());
        let user = user.map(str::to_owned).ok_or_else(|| {
            Error::refused(format!("{} is no user of IAM", escape(&arn)))
                .because("only users have access keys")
        })?;
        let proves_mfa = active.session.proves_mfa;
        let keys =
            if proves_mfa { active.session.role.session.keys.clone() } else { current.clone() };
        let client = Client::of(&active.plan.connection, report)?;
        Ok(Self { user, arn, client, keys, proves_mfa, active })
    }

    pub(super) fn iam(&self) -> IamUser<'_> {
        IamUser { client: &self.client, keys: &self.keys, name: &self.user }
    }

    /// AWS's clock.
    pub(super) fn now(&self, context: &Context) -> Moment {
        context.now().plus(self.client.skew().unwrap_or(0))
    }

    pub(super) async fn access_keys(&self) -> Result<Vec<AccessKey>> {
        let listed = self.iam().access_keys().await;
        listed.map_err(|failure| refused(&failure, "iam:ListAccessKeys", self))
    }

    pub(super) async fn last_used(&self, id: &str) -> Result<Option<Moment>> {
        let used = self.iam().last_used(id).await;
        used.map_err(|failure| refused(&failure, "iam:GetAccessKeyLastUsed", self))
    }

    /// A key that is gone needs no end.
    pub(super) async fn set_active(&self, id: &str, active: bool) -> Result<()> {
        match self.iam().set_active(id, active).await {
            Err(failure) if failure.code() == "NoSuchEntity" && !active => Ok(()),
            done => done.map_err(|failure| refused(&failure, "iam:UpdateAccessKey", self)),
        }
    }

    pub(super) async fn delete_key(&self, id: &str) -> Result<()> {
        let deleted = self.iam().delete_key(id).await;
        deleted.map_err(|failure| refused(&failure, "iam:DeleteAccessKey", self))
    }

    /// Waits until AWS knows a key, and twice in a row.
    pub(super) async fn prove(&self, keys: &Credentials, report: &Report) -> Result<()> {
        let began = Instant::now();
        let (mut pause, mut answers) = (FIRST_PAUSE, 0);
        loop {
            match caller_identity(&self.client, keys).await {
                Ok(identity) if identity.arn != self.arn => {
                    let arn = escape(&identity.arn);
                    return Err(Error::refused(format!("the new key belongs to {arn}")));
                }
                Ok(_) if answers > 0 => return Ok(()),
                Ok(_) => {
                    answers += 1;
                    tokio::time::sleep(BETWEEN).await;
                }
                Err(failure) if passes(&failure.trouble) && began.elapsed() < LATEST => {
                    if answers == 0 && pause == FIRST_PAUSE * 8 {
                        report.note("waiting until AWS knows the new key everywhere");
                    }
                    answers = 0;
                    tokio::time::sleep(pause).await;
                    pause = LONGEST_PAUSE.min(pause * 2);
                }
                Err(failure) => {
                    let new = keys.short_id();
                    let error = Error::network(format!("AWS does not take the new key {new} yet"));
                    return Err(match &failure.trouble {
                        FailureKind::Answer { code, message } => {
                            error.because(format!("{}: {}", escape(code), escape(message)))
                        }
                        _ => error.because(unanswered(&failure, "STS").message),
                    });
                }
            }
        }
    }

    /// The session of the old key's user is good for the new one too: no code is asked.
    pub(super) fn hand_on_sessions(&self, old: &str, new: &str, context: &Context) {
        let (plan, store, now) = (&self.active.plan, &self.active.store, context.now());
        let (from, to) = (plan.user_key(old), plan.user_key(new));
        // A store that fails costs a code.
        if let Ok(Some(facts)) = store.get::<BaseFacts>(&from, now) {
            let _ = store.put(&to, &facts, now);
        }
        if let Ok(Some(session)) = store.get::<BaseSession>(&from, now) {
            let _ = store.put(&to, &session, now);
        }
    }
}

/// The error of a call of IAM: with the policy that allows it where a policy is missing.
pub(super) fn refused(failure: &AwsError, action: &str, aws: &AtAws) -> Error {
    let (user, partition) = (&aws.user, aws.active.plan.target.partition);
    if !failure.is_denial() {
        return unanswered(failure, "IAM").because(format!("it was asked for {action}"));
    }
    let error = Error::refused(format!("the user {user} may not call {action}")).because(format!(
        "AWS said {}: {}",
        failure.code(),
        escape(failure.words())
    ));
    let error = match aws.proves_mfa {
        true => error,
        false => {
            let name = quote::word(aws.active.plan.target.name.as_str());
            error.because("the call was made without MFA").hint(format!(
                "where the policy wants it: assume-role keys rotate {name} --mfa-code 123456"
            ))
        }
    };
    error.because("a policy of the user that allows a rotation:").because(format!(
        "{{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\", \"Action\": [\"iam:ListAccessKeys\", \
         \"iam:CreateAccessKey\", \"iam:UpdateAccessKey\", \"iam:DeleteAccessKey\", \"iam:GetAccessKeyLastUsed\"], \
         \"Resource\": \"arn:{partition}:iam::*:user/${{aws:username}}\"}}]}}"
    ))
}

/// Whether a failure may pass while AWS makes a new key known everywhere.
fn passes(trouble: &FailureKind) -> bool {
    match trouble {
        FailureKind::Answer { code, .. } => code == "InvalidClientTokenId",
        FailureKind::Malformed(_) => false,
        _ => true,
    }
}
