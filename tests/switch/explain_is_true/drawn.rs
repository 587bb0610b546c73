//! Worlds drawn at random, and again from the same number.

use crate::fake_aws::sts::Listing;

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
pub struct Draws(pub u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn one_of<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.next() % from.len() as u64).unwrap()]
    }

    /// Whether something is so, once in so many draws.
    pub fn once_in(&mut self, many: u64) -> bool {
        self.next().is_multiple_of(many)
    }
}

/// What the user can prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    None,
    Passkey,
    Virtual,
    VirtualThatMayNotBeListed,
    Two,
}

/// Where the serial of the device is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serial {
    Nowhere,
    Option,
    Account,
    Profile,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Account,
    OtherRoleOfTheAccount,
    Arn,
    Via,
    Keys,
    TemporaryKeys,
    Assumed,
    Chain,
    Environment,
    Program,
    SsoProfile,
    BehindSso,
    WebIdentity,
    Saml,
}

impl Target {
    pub fn takes_code(self) -> bool {
        !matches!(
            self,
            Self::TemporaryKeys
                | Self::Program
                | Self::SsoProfile
                | Self::BehindSso
                | Self::WebIdentity
                | Self::Saml
        )
    }

    pub fn words(self) -> &'static [&'static str] {
        match self {
            Self::Account => &["production", "read"],
            Self::OtherRoleOfTheAccount => &["production", "admin"],
            Self::Arn => &["arn:aws:iam::123456789012:role/read"],
            Self::Via => &["production", "second", "--via", "production:read"],
            Self::Keys => &["alice"],
            Self::TemporaryKeys => &["temporary"],
            Self::Assumed => &["first"],
            Self::Chain => &["third"],
            Self::Environment => &["environment"],
            Self::Program => &["printed"],
            Self::SsoProfile => &["signed-on"],
            Self::BehindSso => &["behind-sso"],
            Self::WebIdentity => &["token"],
            Self::Saml => &["production", "federated", "--scheme", "saml"],
        }
    }
}

/// How far the program may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    Terminal,
    NoInput,
    NoTerminal,
}

/// The state of the sign-on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOn {
    None,
    Valid,
    Ended,
    EndedAndRenewable,
}

/// One switch of a world.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub target: Target,
    pub asking: Asking,
    pub gives_code: bool,
    pub duration: Option<&'static str>,
    pub refresh: bool,
    pub consents: bool,
    pub serial_option: bool,
    /// Seconds that go by before it.
    pub after: i64,
}

/// A world, and what is done in it: the last step is the one that is explained.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub seed: u64,
    pub device: Device,
    pub serial: Serial,
    pub listing: Listing,
    pub account_duration: Option<&'static str>,
    pub longest_session: i64,
    pub sign_on: SignOn,
    /// What `~/.saml/credentials` holds.
    pub saml_file: &'static str,
    pub stores: bool,
    pub protected: bool,
    /// Whether time goes on afterwards, to see whether the session renews as it says.
    pub renews: bool,
    pub steps: Vec<Step>,
}

const TARGETS: [Target; 19] = [
    Target::Account,
    Target::Account,
    Target::Account,
    Target::OtherRoleOfTheAccount,
    Target::Arn,
    Target::Via,
    Target::Keys,
    Target::TemporaryKeys,
    Target::Assumed,
    Target::Assumed,
    Target::Chain,
    Target::Chain,
    Target::Environment,
    Target::Program,
    Target::SsoProfile,
    Target::BehindSso,
    Target::BehindSso,
    Target::WebIdentity,
    Target::Saml,
];

impl Drawn {
    pub fn new(seed: u64) -> Self {
        let mut draws = Draws(seed);
        let device = draws.one_of(&[
            Device::None,
            Device::Passkey,
            Device::Virtual,
            Device::Virtual,
            Device::Virtual,
            Device::VirtualThatMayNotBeListed,
            Device::Two,
        ]);
        let serial = if matches!(
            device,
            Device::Virtual | Device::VirtualThatMayNotBeListed | Device::Two
        ) {
            draws.one_of(&[
                Serial::Nowhere,
                Serial::Nowhere,
                Serial::Option,
                Serial::Account,
                Serial::Profile,
                Serial::Profile,
            ])
        } else {
            Serial::Nowhere
        };
        let count = draws.one_of(&[1, 1, 2, 2, 2, 3]);
        let last = draws.one_of(&TARGETS);
        let mut steps = Vec::new();
        for number in 1..=count {
            // What came before matters when it shares something with the last step.
            let target =
                if number == count || draws.once_in(2) { last } else { draws.one_of(&TARGETS) };
            steps.push(Step {
                target,
                asking: draws.one_of(&[
                    Asking::Terminal,
                    Asking::Terminal,
                    Asking::Terminal,
                    Asking::NoInput,
                    Asking::NoTerminal,
                ]),
                gives_code: target.takes_code() && draws.once_in(3),
                duration: draws.one_of(&[
                    None,
                    None,
                    None,
                    None,
                    Some("15m"),
                    Some("1h"),
                    Some("2h"),
                ]),
                refresh: number == count && draws.once_in(6),
                consents: draws.once_in(2),
                serial_option: serial == Serial::Option,
                after: if number == 1 {
                    0
                } else {
                    draws.one_of(&[0, 0, 600, 2800, 3500, 3700, 3 * 3600, 42_000, 43_500])
                },
            });
        }
        if steps.iter().any(|step: &Step| step.target == Target::Saml) {
            // A response is good for five minutes.
            steps.iter_mut().for_each(|step| step.after = 0);
        }
        Self {
            seed,
            device,
            serial,
            listing: if device == Device::VirtualThatMayNotBeListed {
                Listing::Denied
            } else {
                Listing::Allowed
            },
            account_duration: draws.one_of(&[None, None, None, Some("1h"), Some("4h")]),
            // What AWS refuses is not known before; a duration of the configuration steps down.
            longest_session: if steps.iter().any(|step| step.duration == Some("2h")) {
                7200
            } else {
                draws.one_of(&[43_200, 43_200, 14_400, 3600])
            },
            sign_on: draws.one_of(&[
                SignOn::None,
                SignOn::Valid,
                SignOn::Valid,
                SignOn::Ended,
                SignOn::EndedAndRenewable,
            ]),
            saml_file: draws.one_of(&[
                "",
                "username = luke\n",
                "username = luke\npassword = secret\n",
            ]),
            stores: !draws.once_in(12),
            protected: draws.once_in(5),
            renews: draws.once_in(3),
            steps,
        }
    }

    /// Whether AWS would name a device that makes codes, or several to choose from.
    pub fn has_the_device(&self, step: &Step) -> bool {
        let can_choose = step.asking == Asking::Terminal;
        self.device == Device::Virtual || self.device == Device::Two && can_choose
    }

    /// Whether nothing renews a session behind its `ASSUME_ROLE_RENEWABLE`: a sign-on may renew
    /// itself, and roles here do without a code where no device is named.
    pub fn has_sure_end(&self, target: Target) -> bool {
        let by_account = matches!(
            target,
            Target::Account | Target::OtherRoleOfTheAccount | Target::Arn | Target::Via
        );
        by_account && self.device != Device::VirtualThatMayNotBeListed
    }

    pub fn moves_time(&self) -> bool {
        let is_saml = |step: &Step| step.target == Target::Saml;
        self.steps.iter().any(|step| step.after > 0)
            || self.renews && !self.steps.iter().any(is_saml)
    }
}
