//! A plan followed to its end with every call taken to succeed: what `explain` and the picker print.

use super::call::{Call, Question};
use super::credential_source::SignOn;
use super::keys::OWN_SECONDS;
use super::next::{Next, next};
use super::snapshot::{Device, Goal, SIGN_IN_SECONDS, Snapshot};
use super::{Chosen, Origin, Plan};
use crate::cache::{BaseSession, RoleSession};
use crate::error::{Error, Kind};
use crate::types::{Credentials, Moment, Secret, Session};

/// What a plan would come to, if every call succeeds.
#[derive(Debug)]
pub(crate) struct Foresight {
    /// The stored session that serves as it is.
    pub stored: Option<RoleSession>,
    pub questions: Vec<Question>,
    pub calls: Vec<Call>,
    /// Whether AWS has to be asked for the user's devices, so that a code is only likely.
    pub device_is_open: bool,
    pub goal: Goal,
    pub refused: Option<Error>,
}

/// The most steps that any plan takes; more would be a fault of ours.
const MOST_STEPS: usize = 200;

/// Follows a plan to its end without carrying anything out.
pub(crate) fn foresee(plan: &Plan, known: &Snapshot, may_ask: bool, now: Moment) -> Foresight {
    let mut known = known.clone();
    let last = plan.steps.len().saturating_sub(1);
    let mut seen = Foresight {
        stored: None,
        questions: Vec::new(),
        calls: Vec::new(),
        device_is_open: false,
        goal: plan.goal(last, &known, may_ask),
        refused: None,
    };
    for _ in 0..MOST_STEPS {
        match next(plan, &known, may_ask, now) {
            Next::Done(session) => {
                seen.stored = seen.calls.is_empty().then_some(*session);
                break;
            }
            Next::Refuse(error) => {
                seen.refused = Some(error);
                break;
            }
            Next::Wait(lock) => known.locks.push(lock),
            Next::Ask(question) => {
                if !may_ask && !matches!(question, Question::AccountName(_)) {
                    seen.stored = plan.fallback(&known, Kind::NeedsAnswer, now).cloned();
                    if seen.stored.is_some() {
                        break;
                    }
                    seen.refused = Some(Error::new(
                        Kind::NeedsAnswer,
                        "an answer is needed, and no question may be asked",
                    ));
                }
                known.answer(&question, plan, now);
                if matches!(question, Question::MfaCode(_)) && !known.is_proved {
                    known.is_proved = true;
                    seen.calls.push(Call::CallerIdentity);
                }
                seen.questions.push(question);
                if seen.refused.is_some() {
                    break;
                }
            }
            Next::Call(call) => {
                seen.device_is_open |= call == Call::ListMfaDevices;
                if call == Call::MfaProgram && !known.is_proved {
                    known.is_proved = true;
                    seen.calls.push(Call::CallerIdentity);
                }
                seen.calls.push(call);
                known.succeed(call, plan, may_ask, now);
            }
        }
    }
    seen
}

impl Snapshot {
    /// Takes a question for answered.
    fn answer(&mut self, question: &Question, plan: &Plan, now: Moment) {
        match question {
            Question::AccountName(_) if self.confirmed < plan.protected.len() => {
                self.confirmed += 1;
            }
            Question::AccountName(_) => self.principal_confirmed = true,
            Question::MfaCode(_) => self.code = Some(Secret::new("000000".to_owned())),
            Question::Device(serials) => {
                let first = serials.first().cloned().unwrap_or_default();
                self.device = Device::Known(Chosen::new(first, Origin::Listed));
            }
            Question::Password => self.has_login = true,
            Question::SignOn => self.sign_on = SignOn::Live(now.plus(8 * 3600)),
        }
    }

    /// Takes a call for successful.
    fn succeed(&mut self, call: Call, plan: &Plan, may_ask: bool, now: Moment) {
        let session = |seconds: u32| RoleSession {
            session: Session {
                keys: Credentials {
                    id: "ASIA".to_owned(),
                    secret: Secret::new(String::new()),
                    token: Some(Secret::new(String::new())),
                },
                expires: now.plus(self.skew + i64::from(seconds)),
            },
            assumed_role: String::new(),
            granted: seconds,
        };
        let own = session(OWN_SECONDS);
        let role = |at| session(plan.goal(at, self, may_ask).seconds);
        match call {
            Call::CallerIdentity => {
                let is_own = plan.steps.is_empty() || plan.has_own_session();
                if is_own && plan.user_key_id(self).is_none() {
                    self.own = Some(own);
                    self.own_is_new = true;
                }
                self.is_proved = true;
                self.arn.get_or_insert_default();
            }
            Call::MfaProgram => self.code = Some(Secret::new("000000".to_owned())),
            Call::ListMfaDevices => {
                let device = Chosen::new(String::new(), Origin::Listed);
                self.device = Device::Known(device);
            }
            Call::SessionToken { code } => {
                let made = now.plus(self.skew);
                if plan.steps.is_empty() || self.given.is_some() {
                    self.own = Some(own.clone());
                    self.own_is_new = true;
                }
                if code {
                    self.code = None;
                    self.mfa_session_is_new = true;
                    let session = own.session;
                    self.mfa_session = Some(BaseSession { session, made, mfa_serial: None });
                }
            }
            // Whose keys they are stands in the profile.
            Call::Source if plan.base.sign_in().is_some() => {
                self.own = Some(session(SIGN_IN_SECONDS));
                self.own_is_new = true;
            }
            Call::Source if plan.steps.is_empty() && plan.base.sso_role().is_some() => {
                self.own = Some(own);
                self.own_is_new = true;
            }
            // A program gives what it gave before.
            Call::Source => {
                let long_lived = self.printed.as_ref().and_then(|known| known.long_lived.clone());
                self.given = Some(match long_lived {
                    Some(id) => (Credentials { id, token: None, ..own.session.keys }, None),
                    None => (own.session.keys, Some(own.session.expires)),
                });
            }
            Call::AssumeRole { step, .. } => self.made(step, role(step)),
            Call::Narrow => {
                self.narrowed = Some(own);
                self.narrowed_is_new = true;
            }
            Call::WithSaml | Call::WithWebIdentity => self.made(0, role(0)),
        }
    }
}
