//! STS and IAM on loopback, as strict as AWS: signatures, MFA codes that work once, trust,
//! durations, expiry.
//!
//! [`Sts`] is the handle of a test: it sets up users and roles, hands out MFA codes, moves the
//! clock, orders faults, and tells what was asked and what was issued.

mod actions;
mod answer;
mod caller;
mod clock;
mod faults;
pub mod form;
mod gate;
pub mod http;
mod log;
mod mfa;
mod mint;
mod model;
pub mod organizations;
mod problem;
mod server;
mod shape;
mod sigv4;
mod state;
mod tls;
pub mod totp;
mod trust;
mod xml;

use std::io;

pub use clock::Instant;
pub use faults::Fault;
pub use gate::Gate;
pub use log::Logged;
pub use model::{AccessKey, Proof, Role, User};
pub use problem::Verdict;
pub use state::{Issued, Listing};
pub use tls::{Certificate, ELSEWHERE};
pub use totp::code as totp_code;
pub use trust::Trust;

/// A running server; stops when dropped.
pub struct Sts {
    server: server::Server,
    authority: Option<String>,
}

impl Sts {
    /// Starts a server that speaks plain http.
    ///
    /// # Errors
    /// When no port is free.
    pub fn start() -> io::Result<Self> {
        Ok(Self { server: server::Server::start(None)?, authority: None })
    }

    /// Starts a server that speaks https with a certificate of its own authority.
    ///
    /// # Errors
    /// When no port is free, or no certificate made.
    pub fn start_tls(certificate: Certificate) -> io::Result<Self> {
        let (config, authority) = tls::make(certificate)?;
        Ok(Self { server: server::Server::start(Some(config))?, authority: Some(authority) })
    }

    /// The endpoint: `http://127.0.0.1:PORT`, or https.
    pub fn url(&self) -> String {
        let scheme = if self.authority.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.server.address)
    }

    /// Where it listens.
    pub fn address(&self) -> std::net::SocketAddr {
        self.server.address
    }

    /// The certificate of the authority that clients must trust, in PEM.
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// Adds a user, makes an access key if it has none and seeds for its devices, and gives the
    /// first key.
    pub fn add_user(&self, mut user: User) -> AccessKey {
        let mut state = self.server.state();
        if user.keys.is_empty() {
            let key = AccessKey { id: state.mint.id("AKIA"), secret: state.mint.secret() };
            user.keys.push(key);
        }
        for seed in user
            .devices
            .iter_mut()
            .filter_map(|device| device.seed.as_mut())
            .filter(|seed| seed.is_empty())
        {
            *seed = state.mint.seed();
        }
        let key = user.keys[0].clone();
        state.users.push(user);
        key
    }

    /// Adds a role, in place of one of the same ARN, and gives its ARN.
    pub fn add_role(&self, role: Role) -> String {
        let mut state = self.server.state();
        let arn = role.arn();
        state.roles.retain(|other| other.arn() != arn);
        state.roles.push(role);
        arn
    }

    /// Makes an assertion or a token known.
    pub fn add_proof(&self, proof: Proof) {
        self.server.state().proofs.push(proof);
    }

    /// Takes a key away from its user.
    pub fn disable_key(&self, id: &str) {
        for user in &mut self.server.state().users {
            user.keys.retain(|key| key.id != id);
        }
    }

    /// The access keys of all users, and whether each is active.
    pub fn access_keys(&self) -> Vec<(AccessKey, bool)> {
        let state = self.server.state();
        let is_active = |id: &str| state.key_states.get(id).is_none_or(|key| !key.inactive);
        let keys = state.users.iter().flat_map(|user| &user.keys);
        keys.map(|key| (key.clone(), is_active(&key.id))).collect()
    }

    /// Gives the owner of a key one more, as someone else does who uses the console.
    pub fn add_key(&self, of: &str) -> AccessKey {
        let mut state = self.server.state();
        let owner = state.users.iter().find(|user| user.keys.iter().any(|key| key.id == of));
        let arn = owner.map(User::arn).unwrap_or_default();
        state.make_key(&arn).unwrap_or_else(|| panic!("no user has the key {of}"))
    }

    /// Makes an access key active or inactive.
    pub fn set_active(&self, id: &str, active: bool) {
        self.server.state().key_states.entry(id.to_owned()).or_default().inactive = !active;
    }

    /// Lets no policy allow an action of IAM (`iam:CreateAccessKey`).
    pub fn deny(&self, action: &str) {
        self.server.state().settings.denied.push(action.to_owned());
    }

    /// Has the next keys be unknown for so many calls that they sign.
    pub fn know_new_keys_late(&self, calls: usize) {
        self.server.state().settings.late = calls;
    }

    /// Whether a device of that serial makes codes.
    pub fn has_device(&self, serial: &str) -> bool {
        self.server.state().device(serial).is_some_and(|device| device.seed.is_some())
    }

    /// The code that the device of that serial shows: one that is still good. A used one makes the
    /// device move to its next. Every device that is asked for must be known.
    pub fn mfa_code(&self, serial: &str) -> String {
        let mut state = self.server.state();
        let step = state.now().0.div_euclid(totp::STEP);
        let device = state.device(serial).unwrap_or_else(|| panic!("no MFA device {serial}"));
        while device.used.contains(&(step + device.drift)) {
            device.drift += 1;
        }
        let seed = device
            .seed
            .as_deref()
            .unwrap_or_else(|| panic!("{serial} is a passkey and makes no codes"));
        totp::code(seed, step + device.drift)
    }

    /// Takes a code for an hour, for someone who reads before they type.
    pub fn be_patient(&self) {
        self.server.state().settings.patience = 3600 / totp::STEP;
    }

    /// Sets the server's clock, in seconds ahead of this machine's.
    pub fn set_clock(&self, offset: i64) {
        self.server.state().settings.clock_offset = offset;
    }

    /// The server's time.
    pub fn now(&self) -> Instant {
        self.server.state().now()
    }

    /// Makes refusals keep silent about the policy that refuses, as they were before 2021.
    pub fn use_old_wording(&self) {
        self.server.state().settings.old_wording = true;
    }

    /// Makes every call use its code up, also one that ends in a `ValidationError`.
    pub fn spend_codes_always(&self) {
        self.server.state().settings.spend_always = true;
    }

    /// Sets who may list MFA devices.
    pub fn set_listing(&self, listing: Listing) {
        self.server.state().settings.listing = listing;
    }

    /// Sets how many MFA devices one page of the list holds.
    pub fn set_page(&self, devices: usize) {
        self.server.state().settings.page = devices;
    }

    /// Switches STS off in a region.
    pub fn disable_region(&self, region: &str) {
        self.server.state().settings.disabled_regions.push(region.to_owned());
    }

    /// Gives the owner of a key one more virtual MFA device `arn:…:mfa/NAME`.
    pub fn add_device(&self, key_id: &str, name: &str) {
        let mut state = self.server.state();
        let seed = state.mint.seed();
        let owner =
            state.users.iter_mut().find(|user| user.keys.iter().any(|key| key.id == key_id));
        let owner = owner.unwrap_or_else(|| panic!("no user has the key {key_id}"));
        *owner = owner.clone().mfa_with_seed(name, seed);
    }

    /// Takes all MFA devices of the owner of a key away and gives one new virtual one.
    pub fn replace_devices(&self, key_id: &str, name: &str) {
        for user in self
            .server
            .state()
            .users
            .iter_mut()
            .filter(|user| user.keys.iter().any(|key| key.id == key_id))
        {
            user.devices.clear();
        }
        self.add_device(key_id, name);
    }

    /// Keys of a role that another service hands out, for an hour.
    pub fn issue(&self, role: &Role, session: &str) -> Issued {
        let mut state = self.server.state();
        let issued = Issued {
            action: "AssumeRole".to_owned(),
            key_id: state.mint.id("ASIA"),
            secret: state.mint.secret(),
            token: state.mint.token(),
            expires: state.now().0 + 3600,
            arn: role.session_arn(session),
            account: role.account.clone(),
            user_id: format!("AROAEXAMPLEEXAMPLE00:{session}"),
            principal: role.arn(),
            mfa_at: None,
            source_identity: None,
            layers: 0,
        };
        state.issued.push(issued.clone());
        issued
    }

    /// Keys of a console sign-in, for an hour: they stand for who signed in.
    pub fn issue_sign_in(&self, arn: &str, account: &str) -> Issued {
        let mut issued = self.issue(&Role::new(account, "signed-in"), "x");
        let mut state = self.server.state();
        state.issued.pop();
        issued = Issued {
            action: "SignIn".to_owned(),
            arn: arn.to_owned(),
            user_id: "AIDAEXAMPLEEXAMPLE00".to_owned(),
            principal: arn.to_owned(),
            mfa_at: Some(state.now().0),
            ..issued
        };
        state.issued.push(issued.clone());
        issued
    }

    /// Gives an account its alias at IAM.
    pub fn set_alias(&self, account: &str, alias: &str) {
        self.server.state().aliases.push((account.to_owned(), alias.to_owned()));
    }

    /// Makes an organization.
    pub fn set_organization(&self, organization: organizations::Organization) {
        self.server.state().organization = Some(organization);
    }

    /// Ends temporary keys now.
    pub fn expire(&self, key_id: &str) {
        let mut state = self.server.state();
        let now = state.now();
        for issued in state.issued.iter_mut().filter(|issued| issued.key_id == key_id) {
            issued.expires = now.0;
        }
    }

    /// Orders a fault for the next call of `action` that has none yet.
    pub fn fail_next(&self, action: &str, fault: Fault) {
        self.server.state().faults.add(action, fault);
    }

    /// Orders a fault for every call of `action` from now on; `None` ends it.
    pub fn fail_always(&self, action: &str, fault: Option<Fault>) {
        self.server.state().faults.set(action, fault);
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> usize {
        self.server.state().connections
    }

    /// How many connections are open now.
    pub fn open_connections(&self) -> usize {
        self.server.open_connections()
    }

    /// How many calls of `action` came.
    pub fn count(&self, action: &str) -> usize {
        self.server.state().log.iter().filter(|logged| logged.action == action).count()
    }

    /// All requests, in order.
    pub fn requests(&self) -> Vec<Logged> {
        self.server.state().log.clone()
    }

    /// The last call of `action`.
    pub fn last(&self, action: &str) -> Option<Logged> {
        self.server.state().log.iter().rev().find(|logged| logged.action == action).cloned()
    }

    /// All temporary keys ever made, in order.
    pub fn issued(&self) -> Vec<Issued> {
        self.server.state().issued.clone()
    }
}
