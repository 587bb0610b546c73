//! Who and what the server knows: users with keys and MFA devices, roles with their trust.

use super::problem::Verdict;
use super::trust::Trust;

/// A long-lived access key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKey {
    /// `AKIA…`.
    pub id: String,
    /// The secret.
    pub secret: String,
}

/// An MFA device.
#[derive(Clone, Debug)]
pub struct Device {
    /// The serial, an ARN.
    pub serial: String,
    /// What makes its codes; `None` for a passkey, which makes none.
    pub seed: Option<Vec<u8>>,
    /// Steps whose code was accepted already.
    pub used: Vec<i64>,
    /// How many steps the device runs ahead of the server's clock.
    pub drift: i64,
}

/// An IAM user, or the root user of an account.
#[derive(Clone, Debug)]
pub struct User {
    /// The partition, `aws` unless said.
    pub partition: String,
    /// The account.
    pub account: String,
    /// `/` or `/team/`.
    pub path: String,
    /// The name; `None` for root.
    pub name: Option<String>,
    /// Keys that work.
    pub keys: Vec<AccessKey>,
    /// In the order in which `ListMFADevices` gives them.
    pub devices: Vec<Device>,
}

impl User {
    /// A user without devices; `name` may hold a path (`team/alice`). One access key is made when
    /// it is added.
    pub fn new(account: &str, name: &str) -> Self {
        let (path, name) = split_path(name);
        Self {
            partition: "aws".to_owned(),
            account: account.to_owned(),
            path,
            name: Some(name),
            keys: Vec::new(),
            devices: Vec::new(),
        }
    }

    /// The root user of an account.
    pub fn root(account: &str) -> Self {
        Self { name: None, ..Self::new(account, "root") }
    }

    /// Puts the user into another partition; call it before the devices are added.
    #[must_use]
    pub fn partition(mut self, partition: &str) -> Self {
        partition.clone_into(&mut self.partition);
        self
    }

    /// Adds an access key.
    #[must_use]
    pub fn key(mut self, id: &str, secret: &str) -> Self {
        self.keys.push(AccessKey { id: id.to_owned(), secret: secret.to_owned() });
        self
    }

    /// Adds a virtual MFA device `arn:aws:iam::ACCOUNT:mfa/NAME`; its seed is made when the user is
    /// added.
    #[must_use]
    pub fn mfa(self, name: &str) -> Self {
        self.mfa_with_seed(name, Vec::new())
    }

    /// Adds a virtual MFA device with the given seed.
    #[must_use]
    pub fn mfa_with_seed(self, name: &str, seed: Vec<u8>) -> Self {
        self.device("mfa", name, Some(seed))
    }

    /// Adds a passkey `arn:aws:iam::ACCOUNT:u2f/user/NAME`, which makes no codes.
    #[must_use]
    pub fn passkey(self, name: &str) -> Self {
        self.device("u2f/user", name, None)
    }

    fn device(mut self, kind: &str, name: &str, seed: Option<Vec<u8>>) -> Self {
        let serial = format!("arn:{}:iam::{}:{kind}/{name}", self.partition, self.account);
        self.devices.push(Device { serial, seed, used: Vec::new(), drift: 0 });
        self
    }

    /// The ARN of the user.
    pub fn arn(&self) -> String {
        let Self { partition, account, path, .. } = self;
        match &self.name {
            Some(name) => format!("arn:{partition}:iam::{account}:user{path}{name}"),
            None => format!("arn:{partition}:iam::{account}:root"),
        }
    }

    /// The name, `root` for root.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or("root")
    }
}

/// A role.
#[derive(Clone, Debug)]
pub struct Role {
    /// The partition, `aws` unless said.
    pub partition: String,
    /// The account.
    pub account: String,
    /// `/` or `/ops/`.
    pub path: String,
    /// The name.
    pub name: String,
    /// Who may assume it.
    pub trust: Trust,
    /// `MaxSessionDuration` in seconds.
    pub max_session: i64,
    /// A refusal that stands whatever the trust says.
    pub verdict: Option<Verdict>,
}

impl Role {
    /// A role that trusts no one yet, with sessions of an hour; `name` may hold a path
    /// (`ops/deploy`).
    pub fn new(account: &str, name: &str) -> Self {
        let (path, name) = split_path(name);
        Self {
            partition: "aws".to_owned(),
            account: account.to_owned(),
            path,
            name,
            trust: Trust::arn("no-one"),
            max_session: 3600,
            verdict: None,
        }
    }

    /// Puts the role into another partition.
    #[must_use]
    pub fn partition(mut self, partition: &str) -> Self {
        partition.clone_into(&mut self.partition);
        self
    }

    /// Sets the trust policy.
    #[must_use]
    pub fn trusts(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// Sets `MaxSessionDuration`, in seconds.
    #[must_use]
    pub fn max_session(mut self, seconds: i64) -> Self {
        self.max_session = seconds;
        self
    }

    /// Refuses everyone with this verdict (`IdentityLacks`: the caller's own policies do not allow
    /// it).
    #[must_use]
    pub fn refuses(mut self, verdict: Verdict) -> Self {
        self.verdict = Some(verdict);
        self
    }

    /// The ARN of the role, with its path.
    pub fn arn(&self) -> String {
        let Self { partition, account, path, name, .. } = self;
        format!("arn:{partition}:iam::{account}:role{path}{name}")
    }

    /// The ARN of a session of the role, which has no path.
    pub fn session_arn(&self, session: &str) -> String {
        let Self { partition, account, name, .. } = self;
        format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session}")
    }
}

/// What a SAML provider or a web identity provider says about someone: the assertion or token, and
/// what it grants.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The assertion (base64) or the token, exactly as it must arrive.
    pub text: String,
    /// ARN of the SAML provider, or the issuer of the token; roles name it in their trust.
    pub provider: String,
    /// The subject.
    pub subject: String,
    /// The session name that a SAML assertion carries.
    pub session_name: String,
    /// Whether it has ended.
    pub expired: bool,
}

fn split_path(name: &str) -> (String, String) {
    match name.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name.to_owned()),
        None => ("/".to_owned(), name.to_owned()),
    }
}
