//! All that changes while the server runs, behind one mutex.

use std::cell::Cell;
use std::collections::HashMap;

use super::clock::Instant;
use super::faults::Queue;
use super::log::Logged;
use super::mint::Mint;
use super::model::{AccessKey, Device, Proof, Role, User};

/// Temporary keys that were handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The action that made them.
    pub action: String,
    /// `ASIA…`.
    pub key_id: String,
    /// The secret.
    pub secret: String,
    /// The session token.
    pub token: String,
    /// When they end, in seconds since 1970 by the server's clock.
    pub expires: i64,
    /// The ARN that `GetCallerIdentity` shows for them.
    pub arn: String,
    /// The account that they act in.
    pub account: String,
    /// The unique id that `GetCallerIdentity` shows for them.
    pub user_id: String,
    /// The ARN that policies name: the user or the role.
    pub principal: String,
    /// When MFA was proven, in seconds since 1970.
    pub mfa_at: Option<i64>,
    /// The source identity, which a chain inherits.
    pub source_identity: Option<String>,
    /// How often the session was narrowed before these keys.
    pub layers: usize,
}

/// Who may call `iam:ListMFADevices`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Everyone.
    Allowed,
    /// No one: no policy allows it.
    Denied,
    /// Only who has proven MFA: a policy denies it otherwise, as policies that enforce MFA do.
    DeniedWithoutMfa,
}

/// What a test can set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Seconds that the server's clock is ahead of this machine's.
    pub clock_offset: i64,
    /// Whether refusals keep silent about the policy that refuses.
    pub old_wording: bool,
    /// Who may list MFA devices.
    pub listing: Listing,
    /// How many MFA devices one page of the list holds.
    pub page: usize,
    /// Whether a code is used up even when the call ends in a `ValidationError`.
    pub spend_always: bool,
    /// For how many steps of the clock a code is good after its own; AWS takes the one before.
    pub patience: i64,
    /// Regions where STS is switched off.
    pub disabled_regions: Vec<String>,
    /// Actions of IAM that no policy allows: `iam:CreateAccessKey`.
    pub denied: Vec<String>,
    /// How many calls that a new access key signs are refused, since not every server knows it yet.
    pub late: usize,
}

/// What IAM knows about an access key beside its secret.
#[derive(Clone, Debug, Default)]
pub struct KeyState {
    /// Whether it may not sign.
    pub inactive: bool,
    /// When it was made, in seconds since 1970; `None` for one that was there at the start.
    pub created: Option<i64>,
    /// When it signed for the last time.
    pub used: Cell<Option<i64>>,
    /// How many calls that it signs are refused still.
    pub late: Cell<usize>,
}

/// The state of one server.
pub struct State {
    /// What a test has set.
    pub settings: Settings,
    /// The users.
    pub users: Vec<User>,
    /// What is known about their access keys, by id.
    pub key_states: HashMap<String, KeyState>,
    /// The roles.
    pub roles: Vec<Role>,
    /// Assertions and tokens that are accepted.
    pub proofs: Vec<Proof>,
    /// Names of accounts at IAM: id and alias.
    pub aliases: Vec<(String, String)>,
    /// The organization, if there is one.
    pub organization: Option<super::organizations::Organization>,
    /// All temporary keys ever made.
    pub issued: Vec<Issued>,
    /// Faults to come.
    pub faults: Queue,
    /// What was asked.
    pub log: Vec<Logged>,
    /// How many connections were accepted.
    pub connections: usize,
    /// Where ids and secrets come from.
    pub mint: Mint,
}

impl State {
    /// A server without users and roles.
    pub fn new(distinction: &str) -> Self {
        Self {
            settings: Settings {
                clock_offset: 0,
                old_wording: false,
                listing: Listing::Allowed,
                page: 100,
                spend_always: false,
                patience: 1,
                disabled_regions: Vec::new(),
                denied: Vec::new(),
                late: 0,
            },
            users: Vec::new(),
            key_states: HashMap::new(),
            roles: Vec::new(),
            proofs: Vec::new(),
            aliases: Vec::new(),
            organization: None,
            issued: Vec::new(),
            faults: Queue::default(),
            log: Vec::new(),
            connections: 0,
            mint: Mint::new(distinction),
        }
    }

    /// The server's time.
    pub fn now(&self) -> Instant {
        Instant::now(self.settings.clock_offset)
    }

    /// The user who owns a long-lived key, and its secret.
    pub fn user_of_key(&self, id: &str) -> Option<(&User, &str)> {
        self.users.iter().find_map(|user| {
            user.keys.iter().find(|key| key.id == id).map(|key| (user, key.secret.as_str()))
        })
    }

    /// Notes that a key signs; whether it may.
    pub fn use_key(&self, id: &str) -> bool {
        let Some(state) = self.key_states.get(id) else { return true };
        let late = state.late.get();
        state.late.set(late.saturating_sub(1));
        let may = !state.inactive && late == 0;
        if may {
            state.used.set(Some(self.now().0));
        }
        may
    }

    /// Gives a user one more access key.
    pub fn make_key(&mut self, arn: &str) -> Option<AccessKey> {
        let key = AccessKey { id: self.mint.id("AKIA"), secret: self.mint.secret() };
        let (created, late) = (Some(self.now().0), Cell::new(self.settings.late));
        self.users.iter_mut().find(|user| user.arn() == arn)?.keys.push(key.clone());
        let state = KeyState { created, late, ..KeyState::default() };
        self.key_states.insert(key.id.clone(), state);
        Some(key)
    }

    /// The user of that ARN.
    pub fn user(&self, arn: &str) -> Option<&User> {
        self.users.iter().find(|user| user.arn() == arn)
    }

    /// The role of that ARN.
    pub fn role(&self, arn: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.arn() == arn)
    }

    /// The MFA device of that serial.
    pub fn device(&mut self, serial: &str) -> Option<&mut Device> {
        self.users
            .iter_mut()
            .flat_map(|user| &mut user.devices)
            .find(|device| device.serial == serial)
    }
}
