//! Everything that is known besides the plan: what is stored, and what this run has learnt.

use super::credential_source::SignOn;
use super::keys::OWN_SECONDS;
use super::{Chosen, ONE_HOUR, Plan, Protection};
use crate::cache::{BaseSession, ProgramKeys, RoleSession};
use crate::error::Kind;
use crate::types::{AccountId, Credentials, Moment, Principal, Secret};

/// A stored session is handed out while more than this is left, in seconds: botocore asks a
/// `credential_process` on every call once less is left.
pub(super) const ENOUGH: i64 = 15 * 60;
/// A session that was never longer than that is good until shortly before its end, in seconds.
const LITTLE: i64 = 60;
/// The keys of a console sign-in never last longer, in seconds.
pub(crate) const SIGN_IN_SECONDS: u32 = 15 * 60;
/// They are renewed when less is left, in seconds, as all of AWS's tools do.
pub(crate) const SIGN_IN_RENEWED_BELOW: i64 = 5 * 60;

/// What a lock is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LockOf {
    /// The session of a step.
    Step(usize),
    /// The session of the base itself.
    Own,
    /// The same with less rights.
    Narrowed,
    /// The MFA session of the user: one question for all shells.
    Mfa,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Device {
    /// AWS has not been asked.
    Unknown,
    Known(Chosen<String>),
    /// AWS would not say; a virtual device usually bears the user's name.
    Guessed(String),
    /// Which of these?
    Several(Vec<String>),
    /// None that shows codes, as just heard.
    None,
    /// None, when an earlier run asked.
    RememberedNone,
}

/// Everything that is known besides the plan: what is stored, and what this run has learnt.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// AWS's clock minus this machine's, in seconds.
    pub skew: i64,
    pub steps: Vec<StepState>,
    /// The session of the base itself, and whether it was made in this run.
    pub own: Option<RoleSession>,
    pub own_is_new: bool,
    /// The same session with less rights, and whether it was made in this run.
    pub narrowed: Option<RoleSession>,
    pub narrowed_is_new: bool,
    /// The MFA session of the user, when it has not ended.
    pub mfa_session: Option<BaseSession>,
    /// An MFA session is stored that has ended by this machine's clock, which may have jumped.
    pub has_ended_mfa_session: bool,
    /// The ARN of the base's keys.
    pub arn: Option<String>,
    /// Whether this run has asked AWS whose keys these are.
    pub is_proved: bool,
    /// Whether what this run obtains is stored, so that later ones find it.
    pub is_stored: bool,
    pub device: Device,
    /// The code that was given, asked for or printed, until it is spent.
    pub code: Option<Secret>,
    /// The program that prints codes gave none; a person is asked from now on.
    pub mfa_program_failed: bool,
    pub sign_on: SignOn,
    pub has_login: bool,
    /// Keys that a program or the machine gave, and when they end if that is known.
    pub given: Option<(Credentials, Option<Moment>)>,
    /// What the program of the base printed when it ran last.
    pub printed: Option<ProgramKeys>,
    /// How many protected accounts of the plan have been confirmed.
    pub confirmed: usize,
    /// What the accounts file says about the account of a profile without a role.
    pub principal: Option<Protection>,
    /// Whether that account has been confirmed.
    pub principal_confirmed: bool,
    /// Everything was made anew that `--refresh` with a code asks for.
    pub mfa_session_is_new: bool,
    pub locks: Vec<LockOf>,
    /// The access key ids of stored sessions that AWS does not know any more.
    pub dead: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct StepState {
    /// Stored sessions, of whatever duration might serve.
    pub stored: Vec<RoleSession>,
    /// The longest duration that AWS accepted after it had refused a longer one, in seconds.
    pub longest: Option<u32>,
    /// Made in this run.
    pub is_new: bool,
    /// AWS refused the role without MFA.
    pub refused_without_mfa: bool,
    /// The duration to go on with after AWS refused a longer one and took the code, in seconds.
    pub shortened: Option<u32>,
}

/// How long the session of a step will last, and why that is less than was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Goal {
    pub seconds: u32,
    pub shorter: Option<Shorter>,
}

/// Why a session is shorter than was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shorter {
    /// AWS gives a role assumed from temporary keys one hour at most.
    Chained,
    /// The role allows no more, as an earlier switch found out.
    Remembered,
    /// More than an hour takes a code, and no question may be asked.
    NoQuestion,
}

impl Snapshot {
    /// A snapshot of nothing, for tests and as a start.
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            skew: 0,
            steps: plan.steps.iter().map(|_| StepState::default()).collect(),
            own: None,
            own_is_new: false,
            narrowed: None,
            narrowed_is_new: false,
            mfa_session: None,
            has_ended_mfa_session: false,
            arn: None,
            is_proved: false,
            is_stored: true,
            device: plan.mfa.serial.clone().map_or(Device::Unknown, Device::Known),
            code: plan.mfa.code.clone(),
            mfa_program_failed: false,
            sign_on: SignOn::Missing,
            has_login: false,
            given: None,
            printed: None,
            confirmed: 0,
            principal: None,
            principal_confirmed: false,
            mfa_session_is_new: false,
            locks: Vec::new(),
            dead: Vec::new(),
        }
    }

    pub(crate) fn made(&mut self, at: usize, session: RoleSession) {
        if let Some(state) = self.steps.get_mut(at) {
            state.stored.push(session);
            state.is_new = true;
        }
    }

    pub(super) fn state(&self, at: usize) -> Option<&StepState> {
        self.steps.get(at)
    }

    pub(super) fn holds(&self, lock: LockOf) -> bool {
        self.locks.contains(&lock)
    }

    pub(super) fn left(&self, session: &RoleSession, now: Moment) -> i64 {
        seconds_left(session, self.skew, now)
    }
}

/// The seconds left of a session at `now` by this machine's clock.
pub(crate) fn seconds_left(session: &RoleSession, skew: i64, now: Moment) -> i64 {
    session.session.expires.since(now.plus(skew))
}

impl Plan {
    /// The id of a user's long-term key, wherever it comes from: of a program the one that it gave, or
    /// gave last.
    pub(crate) fn user_key_id<'a>(&'a self, known: &'a Snapshot) -> Option<&'a str> {
        let of_program = || match &known.given {
            Some((keys, _)) => (!keys.are_temporary()).then_some(keys.id.as_str()),
            None => known.printed.as_ref()?.long_lived.as_deref(),
        };
        self.base.source.long_term_id().or_else(of_program)
    }

    /// Whether everything is made anew, not only the last session.
    pub(crate) fn refreshes_all(&self) -> bool {
        self.refresh && self.mfa.code.is_some()
    }

    /// The program that prints codes, while it may be run.
    pub(crate) fn mfa_program(&self, known: &Snapshot) -> Option<&Chosen<String>> {
        self.mfa.program.as_ref().filter(|_| !known.mfa_program_failed)
    }

    /// Whether a profile with a role wants its keys used without MFA.
    pub(super) fn goes_without_mfa(&self) -> bool {
        !self.mfa.discovers && self.mfa.serial.is_none() && self.mfa.code.is_none()
    }

    /// Whether temporary credentials assume the role of a step.
    pub(super) fn is_chained(&self, at: usize, known: &Snapshot) -> bool {
        let is_user = self.user_key_id(known).is_some() || self.base.source.gives_role();
        at > 0 || !is_user
    }

    /// How long the session of a step will last.
    pub(crate) fn goal(&self, at: usize, known: &Snapshot, may_ask: bool) -> Goal {
        let Some(step) = self.steps.get(at) else {
            return Goal { seconds: OWN_SECONDS, shorter: None };
        };
        let asked = step.duration.value;
        let insists = step.duration.origin.is_command_line();
        let goal = |seconds, why| Goal { seconds, shorter: Some(why) };
        if asked <= ONE_HOUR || insists && self.is_chained(at, known) {
            return Goal { seconds: asked, shorter: None };
        }
        if self.is_chained(at, known) {
            return goal(ONE_HOUR, Shorter::Chained);
        }
        let longest = known.state(at).and_then(|state| state.longest);
        if let Some(longest) = longest.filter(|longest| *longest < asked && !insists) {
            return goal(longest, Shorter::Remembered);
        }
        let takes_code = self.user_key_id(known).is_some()
            && !self.goes_without_mfa()
            && !self.has_no_device(known);
        let settles = takes_code
            && known.code.is_none()
            && !may_ask
            && self.mfa_program(known).is_none()
            && !insists
            && (known.mfa_session.is_some() || has_hour(known, at));
        if settles {
            return goal(ONE_HOUR, Shorter::NoQuestion);
        }
        Goal { seconds: asked, shorter: None }
    }

    /// Whether the user is known to have no MFA device, so that nothing ever takes a code.
    pub(super) fn has_no_device(&self, known: &Snapshot) -> bool {
        self.mfa.serial.is_none() && matches!(known.device, Device::None | Device::RememberedNone)
    }

    /// The stored session to go on with where no new one can be obtained, for this kind of reason. A
    /// duration of the command line is not cut short only because no question may be asked.
    pub(crate) fn fallback<'a>(
        &self,
        known: &'a Snapshot,
        reason: Kind,
        now: Moment,
    ) -> Option<&'a RoleSession> {
        let last = self.steps.last().map(|step| &step.duration);
        let insists = reason == Kind::NeedsAnswer;
        let insists = last.filter(|duration| insists && duration.origin.is_command_line());
        let least = insists.map_or(0, |duration| duration.value);
        let excuses = matches!(reason, Kind::Network | Kind::NeedsAnswer) && !self.refresh;
        // Who asked for less does not get more because the network is away.
        let own = match self.narrowing(known) {
            Some(_) => &known.narrowed,
            None => &known.own,
        };
        let stored = known.steps.last().map_or(own.as_slice(), |state| &state.stored);
        stored
            .iter()
            .filter(|session| excuses && session.granted >= least)
            .filter(|session| known.left(session, now) > LITTLE.max(self.min_left))
            .max_by_key(|session| session.session.expires)
    }

    /// The session of a step that serves as it is stored, or was just made.
    pub(super) fn serving<'a>(
        &self,
        at: usize,
        known: &'a Snapshot,
        may_ask: bool,
        now: Moment,
    ) -> Option<&'a RoleSession> {
        let state = known.state(at)?;
        let is_last = at + 1 == self.steps.len();
        if state.is_new {
            return state.stored.last();
        }
        let anew = if is_last { self.refresh } else { self.refreshes_all() };
        if anew {
            return None;
        }
        let step = self.steps.get(at)?;
        let goal = self.goal(at, known, may_ask);
        let serves = |session: &&RoleSession| {
            session.granted == step.duration.value || session.granted == goal.seconds
        };
        let min_left = if is_last { self.min_left } else { 0 };
        state
            .stored
            .iter()
            .filter(serves)
            .filter(|session| known.left(session, now) > enough(session).max(min_left))
            .max_by_key(|session| session.session.expires)
    }

    /// The base's own session, when it serves.
    pub(super) fn own_serving<'a>(
        &self,
        known: &'a Snapshot,
        now: Moment,
    ) -> Option<&'a RoleSession> {
        let own = known.own.as_ref()?;
        if known.own_is_new {
            return Some(own);
        }
        self.is_enough_left(own, known, now).then_some(own)
    }

    /// The narrowed session of the base, when it serves.
    pub(super) fn narrowed_serving<'a>(
        &self,
        known: &'a Snapshot,
        now: Moment,
    ) -> Option<&'a RoleSession> {
        let narrowed = known.narrowed.as_ref()?;
        let serves = known.narrowed_is_new || self.is_enough_left(narrowed, known, now);
        serves.then_some(narrowed)
    }

    fn is_enough_left(&self, own: &RoleSession, known: &Snapshot, now: Moment) -> bool {
        let is_goal = self.steps.is_empty();
        let anew = if is_goal { self.refresh } else { self.refreshes_all() };
        let min_left = if is_goal { self.min_left } else { 0 };
        let enough = match self.base.sign_in() {
            Some(_) => SIGN_IN_RENEWED_BELOW,
            None => enough(own),
        };
        let is_good = own.granted == 0 || known.left(own, now) > enough.max(min_left);
        is_good && !anew
    }
}

fn enough(session: &RoleSession) -> i64 {
    if i64::from(session.granted) > ENOUGH { ENOUGH } else { LITTLE }
}

/// Whether an hour of a role is stored that needs more than an hour.
fn has_hour(known: &Snapshot, at: usize) -> bool {
    let stored = known.state(at).map(|state| state.stored.as_slice()).unwrap_or_default();
    stored.iter().any(|session| session.granted == ONE_HOUR)
}

/// The account that a session acts in.
pub(crate) fn account_of(session: &RoleSession) -> Option<AccountId> {
    Principal::parse(&session.assumed_role).map(|principal| principal.account)
}
