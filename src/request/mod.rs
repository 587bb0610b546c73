//! What was typed becomes what is meant, before anything runs.
//!
//! The command line, the environment and the files come in; one [`Request`] goes out, or an error that names the
//! place of the wrong value. Every default and every conflict is decided here: option, then account, then
//! environment, then settings, then what is built in.

mod base;
mod network;
mod target;
mod words;

use std::time::Duration;

pub use base::Base;
pub use network::{Overrides, Trust};
pub use target::{Chosen, Length, ONE_HOUR, Origin, Target};

use crate::cli;
use crate::error::{Error, Result};
use crate::input::Input;
use crate::input::accounts::Account;
use crate::input::values::{Scheme, parse_mfa_serial};
use crate::session::{Region, Secret};
use target::Asked;

/// One switch, fully decided.
#[derive(Clone, Debug)]
pub struct Request {
    /// Account and role.
    pub target: Target,
    /// The region the shell gets, and who decided it.
    pub region: Option<Chosen<Region>>,
    /// How long the role session shall last.
    pub length: Length,
    /// Who asks.
    pub base: Base,
    /// The MFA code that was given.
    pub code: Option<Secret>,
    /// The MFA device, and who named it.
    pub serial: Option<Chosen<String>>,
    /// The session's name, when somebody chose it.
    pub session_name: Option<String>,
    /// The external id to send.
    pub external_id: Option<String>,
    /// Managed policies that narrow the session.
    pub policy_arns: Vec<String>,
    /// Session tags.
    pub tags: Vec<(String, String)>,
    /// Who acts, set for good.
    pub source_identity: Option<String>,
    /// Endpoint overrides.
    pub endpoints: Overrides,
    /// Trusted certificates.
    pub trust: Trust,
    /// The time for a call with all its attempts.
    pub timeout: Duration,
    /// Take a new session even if a stored one would do.
    pub refresh: bool,
    /// A protected account may be entered.
    pub yes: bool,
    /// Questions are allowed.
    pub may_ask: bool,
    /// The request as words, without secrets: what renews it, and what `-` goes back to.
    pub words: Vec<String>,
}

impl Request {
    /// Decides everything about a target.
    ///
    /// # Errors
    /// `Usage` for words that do not fit, `Config` for names and values that do not hold, with their place.
    pub fn resolve(asked: &cli::Target, input: &Input) -> Result<Self> {
        let words = words::sort(&asked.words)?;
        refuse_two("region", asked.region.is_some(), words.region.is_some())?;
        refuse_two("MFA code", asked.mfa_code.is_some(), words.code.is_some())?;
        let account = target::find_account(&words.account, input)?;
        let role = target::role(words.role.as_deref(), &account)?;
        check_scheme(asked.scheme.as_deref(), &account, input)?;
        let code = asked.mfa_code.as_deref().map(given_code).transpose()?.or(words.code);
        let region = target::region(asked.region.as_deref().or(words.region.as_deref()), &account, input)?;
        let base_name = base::profile_name(asked.base.as_deref(), &account, input)?;
        let profile = base::find_profile(&base_name, input)?;
        let base = Base::resolve(&base_name, &profile)?;
        let region = region.or_else(|| target::fallback_region(&base, input));
        let target = target::target(&account, role, region.as_ref())?;
        Ok(Self {
            region,
            length: target::length(asked.duration.as_deref(), &account, input)?,
            code,
            serial: serial(asked.mfa_serial.as_deref(), &account, &base)?,
            session_name: target::session_name(asked.session_name.as_deref(), &account, input)?,
            external_id: target::external_id(asked.external_id.as_deref(), &account)?,
            policy_arns: target::policy_arns(&account, target.partition, asked.write),
            tags: account.entry.as_ref().map(|entry| entry.tags.clone()).unwrap_or_default(),
            source_identity: account.entry.as_ref().and_then(|entry| entry.source_identity.clone()),
            endpoints: network::overrides(&profile, input)?,
            trust: network::trust(&profile, input),
            timeout: Duration::from_secs(input.settings.timeout.value.into()),
            refresh: asked.refresh,
            yes: asked.yes,
            may_ask: !asked.no_input,
            words: words::without_secrets(asked, &target),
            target,
            base,
        })
    }

    /// Where STS is asked.
    pub fn sts_region(&self) -> Region {
        let chosen = self.region.as_ref().map(|chosen| chosen.value.clone());
        chosen
            .filter(|region| region.partition() == self.target.partition)
            .unwrap_or_else(|| self.target.partition.default_region())
    }
}

fn refuse_two(what: &str, option: bool, word: bool) -> Result<()> {
    if option && word {
        return Err(Error::usage(format!("the {what} is given twice, as a word and as an option")));
    }
    Ok(())
}

fn given_code(text: &str) -> Result<Secret> {
    if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Secret::new(text.to_owned()));
    }
    Err(Error::usage("the value of --mfa-code is not six digits"))
}

/// The MFA device that option, account or profile name.
fn serial(option: Option<&str>, account: &Asked, base: &Base) -> Result<Option<Chosen<String>>> {
    if let Some(text) = option {
        return Ok(Some(Chosen::new(parse_mfa_serial("--mfa-serial", text)?, "--mfa-serial")));
    }
    let of_account =
        account.entry.as_ref().and_then(|entry| Some((entry.mfa_serial.clone()?, entry.place.to_string())));
    Ok(of_account.map(|(serial, place)| Chosen::new(serial, place)).or_else(|| base.mfa_serial.clone()))
}

/// This version proves itself one way. Another scheme is refused here rather than ignored.
fn check_scheme(option: Option<&str>, account: &Asked, input: &Input) -> Result<()> {
    let variable = "AWS_ASSUME_ROLE_AUTH_SCHEME";
    let (scheme, origin) = match (option, account.entry.as_ref(), input.environment.text(variable)?) {
        (Some(text), _, _) => (Scheme::parse("--scheme", text)?, "--scheme".to_owned()),
        (None, Some(Account { scheme: Some(scheme), place, .. }), _) => (*scheme, place.to_string()),
        (None, _, Some(text)) => (Scheme::parse(variable, text)?, variable.to_owned()),
        (None, _, None) => return Ok(()),
    };
    if scheme == Scheme::Bastion {
        return Ok(());
    }
    Err(Error::config(format!("the scheme from {origin} is not known to this version"))
        .hint("the scheme of this version is bastion"))
}
