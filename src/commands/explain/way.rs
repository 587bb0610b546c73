//! The way to the session, link by link: whoever proves itself first, then each role.

use crate::acquire::{Asks, Outlook, base_key};
use crate::cache::{BaseSession, Store};
use crate::cli;
use crate::config::Config;
use crate::error::Result;
use crate::plan::chain::{Root, Start};
use crate::plan::{Base, ONE_HOUR, Request, Way, base_name, scheme};
use crate::types::sanitize::escape_up_to;
use crate::types::{Moment, minutes};
use crate::ui::page::Fact;

/// One link: what happens, and who decided it.
type Link = (String, String);

/// What the links are told from.
pub(super) struct Plan<'a> {
    pub(super) asked: &'a cli::Target,
    pub(super) config: &'a Config,
    pub(super) outlook: &'a Outlook,
    pub(super) store: &'a Store,
    pub(super) now: Moment,
}

/// The links, numbered.
pub(super) fn links(plan: &Plan<'_>, request: &Request) -> Result<Vec<Fact>> {
    let mut links = Vec::new();
    plan.collect(request, plan.outlook.seconds, &mut links)?;
    let label = |at: usize| if at == 0 { "way" } else { "" };
    let facts = links.iter().enumerate();
    Ok(facts
        .map(|(at, (what, origin))| Fact::new(label(at), &format!("{}. {what}", at + 1), origin))
        .collect())
}

impl Plan<'_> {
    /// `seconds`: how long the session of this request would last.
    fn collect(&self, request: &Request, seconds: u32, links: &mut Vec<Link>) -> Result<()> {
        match &request.way {
            Way::Bastion(base) => {
                links.push(self.keys(base, request)?);
                links.extend(self.own_session(base, request, seconds)?);
            }
            Way::Via(hop) => self.collect(hop, hop.length.seconds.min(ONE_HOUR), links)?,
            Way::Root(root) => links.push(first(root)),
            Way::Saml(saml) => links.push((saml.shown(), self.scheme(request)?)),
            Way::WebIdentity(token) => links.push((token.shown(), self.scheme(request)?)),
        }
        match (&request.target.role, &request.way) {
            // The sign-on gives its role by itself.
            (Some(role), Way::Root(_)) => links.push((format!("its role {role}"), String::new())),
            (Some(role), _) => {
                let name = match &request.target.account {
                    Some(_) => String::new(),
                    None => format!("profile {}", request.target.name),
                };
                links.push((format!("{role}, {}", minutes(seconds.into())), name));
            }
            (None, Way::Root(root)) if matches!(&root.start, Start::Credentials(keys, _) if !keys.are_temporary()) =>
            {
                links.push(("a session of the user's own, 12h".to_owned(), String::new()));
            }
            (None, _) => {}
        }
        Ok(())
    }

    /// The step between a user's keys and roles, where there is one.
    fn own_session(&self, base: &Base, request: &Request, seconds: u32) -> Result<Option<Link>> {
        let is_plain =
            base.keys.are_temporary() || (!base.finds_device && request.serial.is_none());
        if is_plain || seconds > ONE_HOUR {
            return Ok(None);
        }
        let note = match &self.outlook.asks {
            Asks::PerhapsCode => "if the user has a device",
            // Nobody is asked: because there is one already, or because there is no device.
            Asks::Nothing
                if self.store.get::<BaseSession>(&base_key(request), self.now)?.is_none() =>
            {
                return Ok(None);
            }
            Asks::Nothing => "stored",
            _ => "",
        };
        Ok(Some((
            "a session of the user's own, 12h, for all roles and shells".to_owned(),
            note.to_owned(),
        )))
    }

    /// The user's keys, and who says that they ask.
    fn keys(&self, base: &Base, request: &Request) -> Result<Link> {
        let from = match base.is_environment() {
            true => "from the environment".to_owned(),
            false => format!("of {}", base.keys_from),
        };
        let kind = if base.keys.are_temporary() { "temporary keys" } else { "keys" };
        let what = format!("{kind} {} {from}", escape_up_to(&base.keys.short_id(), 40));
        let origin = match &request.target.account {
            Some(account) => {
                base_name(self.asked.base.as_deref(), Some(account), self.config)?.origin
            }
            None => return Ok((what, String::new())),
        };
        Ok((what, format!("base: {origin}")))
    }

    fn scheme(&self, request: &Request) -> Result<String> {
        match &request.target.account {
            Some(account) => {
                Ok(format!("scheme: {}", scheme(self.asked, Some(account), self.config)?.origin))
            }
            None => Ok(String::new()),
        }
    }
}

fn first(root: &Root) -> Link {
    let name = escape_up_to(&root.profile, 80);
    let link = |what: String| (what, format!("profile {name}"));
    match &root.start {
        Start::Credentials(keys, _) => {
            let kind = if keys.are_temporary() { "temporary keys" } else { "keys" };
            (
                format!("{kind} {} of {}", escape_up_to(&keys.short_id(), 40), root.from),
                String::new(),
            )
        }
        // Its command line may hold a secret.
        Start::Process(process) => {
            link(format!("keys that a program prints ({})", process.command.origin))
        }
        Start::Container => link(format!("keys of the container ({})", root.from)),
        Start::Instance => link(format!("keys of the instance ({})", root.from)),
        Start::WebIdentity(file) => link(format!(
            "the token in {} ({})",
            escape_up_to(&file.value.to_string_lossy(), 200),
            file.origin
        )),
        Start::Sso(role) => {
            let session = &role.session;
            let name = session.name.as_ref().unwrap_or(&session.start_url);
            link(format!("the sign-on {} ({})", escape_up_to(name, 200), session.origin))
        }
    }
}
