//! What a request leaves open is chosen: the role of an account, or both, by the only one that is
//! known or in the picker. Nothing is guessed.

use super::context::Context;
use crate::acquire::snapshot;
use crate::cache::Store;
use crate::catalog::{Catalogue, KnownAccount, KnownRole, Reach, ago};
use crate::config::Config;
use crate::error::{Error, Kind, Result};
use crate::plan::{
    Plan, Question, Request, Resolution, foresee, nothing_named, resolve, resolve_complete, saml,
    which_role,
};
use crate::types::sanitize::escape_up_to;
use crate::types::{Region, RoleArn, RoleName, minutes};
use crate::ui::picker::{Choice, Item};
use crate::ui::report::Report;
use crate::ui::terminal::Terminal;

/// The longest line of a preview, in characters.
const LONGEST: usize = 300;

/// The plan of a request, after what it leaves open was chosen.
pub(super) fn plan(
    request: Request,
    config: &Config,
    context: &Context,
    report: &Report,
) -> Result<Plan> {
    let chooser = Chooser { request, config, context, report };
    let catalogue = || Catalogue::read(&context.environment, Reach::Full, context.now());
    let chosen = match resolve(&chooser.request, config)? {
        Resolution::Plan(plan) => return Ok(*plan),
        Resolution::NeedsTarget => chooser.target(&catalogue())?,
        Resolution::NeedsOffer(roles) => chooser.offer(catalogue(), &roles)?,
        Resolution::NeedsRole { account, note, .. } => {
            if let Some(note) = note {
                report.note(&note);
            }
            chooser.role(account.as_str(), &catalogue())?
        }
    };
    resolve_complete(&chosen, config)
}

/// An account with one of its roles, or without when none is known.
type Pair<'a> = (&'a KnownAccount, Option<&'a KnownRole>);

/// Every role, the most used first; at the end the accounts without any.
fn by_use(accounts: &[KnownAccount]) -> Vec<Pair<'_>> {
    let pairs = accounts.iter().flat_map(|account| {
        let roles = account.roles.iter().map(Some);
        let none = account.roles.is_empty().then_some(None);
        roles.chain(none).map(move |role| (account, role))
    });
    let mut pairs: Vec<Pair<'_>> = pairs.collect();
    pairs.sort_by_key(|(_, role)| {
        (role.is_none(), std::cmp::Reverse(role.map_or(0, |role| role.usage.score)))
    });
    pairs
}

struct Chooser<'a> {
    request: Request,
    config: &'a Config,
    context: &'a Context,
    report: &'a Report,
}

impl Chooser<'_> {
    fn can_choose(&self) -> bool {
        !self.context.environment.has_dumb_terminal()
            && Terminal { may_ask: !self.request.no_input }.can_ask()
    }

    /// Account and role out of one list, most used first.
    fn target(self, catalogue: &Catalogue) -> Result<Request> {
        let accounts = catalogue.entries();
        if accounts.is_empty() || !self.can_choose() {
            return Err(nothing_named(&self.request.invocation));
        }
        match self.pick("assume role:", &by_use(&accounts))? {
            (account, Some(role)) => Ok(self.with(account.name(), role.name.as_str())),
            (account, None) => self.typed(account.name()),
        }
    }

    /// One of the roles that a captured response offers.
    fn offer(self, catalogue: Catalogue, roles: &[RoleArn]) -> Result<Request> {
        if !self.can_choose() {
            let is_named = !self.request.words.is_empty();
            let kind = if is_named { Kind::NeedsAnswer } else { Kind::Usage };
            return Err(saml::several_offers(kind, roles, &self.request.invocation));
        }
        let accounts = catalogue.accounts_offering(roles);
        let word = self.request.words.first();
        let prompt = match word {
            Some(word) => format!("role on offer in {}:", escape_up_to(word, 40)),
            None => "role on offer:".to_owned(),
        };
        let (account, role) = self.pick(&prompt, &by_use(&accounts))?;
        let name = role.map_or("", |role| role.name.as_str());
        let is_it = |arn: &&RoleArn| arn.account == account.id && arn.name.as_str() == name;
        match (word, roles.iter().find(is_it)) {
            (Some(word), _) => Ok(self.with(word, name)),
            // The ARN says the partition too.
            (None, Some(arn)) => {
                Ok(Request { words: vec![arn.to_string()], ..self.request.clone() })
            }
            (None, None) => Err(Error::new(Kind::Bug, "a role was chosen that is not on offer")),
        }
    }

    fn role(self, word: &str, catalogue: &Catalogue) -> Result<Request> {
        let how = &self.request.invocation;
        let Some(account) = catalogue.account(word) else {
            return Err(which_role(Kind::NeedsAnswer, word, &[], how));
        };
        if let [only] = account.roles.as_slice() {
            let source = only.sources().next().map(|source| source.to_string()).unwrap_or_default();
            self.report.note(&format!("role {}: the only one known there, {source}", only.name));
            return Ok(self.with(word, only.name.as_str()));
        }
        if !self.can_choose() {
            let known: Vec<&str> = account.roles.iter().map(|role| role.name.as_str()).collect();
            return Err(which_role(Kind::NeedsAnswer, word, &known, how));
        }
        if account.roles.is_empty() {
            return self.typed(word);
        }
        let pairs: Vec<_> = account.roles.iter().map(|role| (&account, Some(role))).collect();
        let (_, role) = self.pick(&format!("role in {}:", escape_up_to(word, 40)), &pairs)?;
        Ok(self.with(word, role.map_or("", |role| role.name.as_str())))
    }

    fn pick<'a>(&self, prompt: &str, pairs: &[Pair<'a>]) -> Result<Pair<'a>> {
        let items: Vec<Item> =
            pairs.iter().map(|(account, role)| self.item(account, *role)).collect();
        let preview = |index: usize| match pairs.get(index) {
            Some((account, Some(role))) => self.preview(account, role),
            _ => "No role is known there; Enter asks for one.".to_owned(),
        };
        let choice =
            Choice { prompt, items: &items, preview: &preview, coloured: self.is_coloured() };
        let index = choice.make(self.config.settings.picker.value)?;
        pairs
            .get(index)
            .copied()
            .ok_or_else(|| Error::new(Kind::Bug, "an item was chosen that does not exist"))
    }

    /// A role that is written down nowhere.
    fn typed(&self, account: &str) -> Result<Request> {
        let prompt = format!("name of the role in {}:", escape_up_to(account, 40));
        let preview = |_| String::new();
        let choice =
            Choice { prompt: &prompt, items: &[], preview: &preview, coloured: self.is_coloured() };
        let role = RoleName::parse(&choice.type_word()?)?;
        Ok(self.with(account, role.as_str()))
    }

    fn with(&self, account: &str, role: &str) -> Request {
        Request { words: vec![account.to_owned(), role.to_owned()], ..self.request.clone() }
    }

    fn item(&self, account: &KnownAccount, role: Option<&KnownRole>) -> Item {
        let usage = role.map_or(account.usage, |role| role.usage);
        let used = usage.last.map(|last| format!("used {}", ago(last, self.context.now())));
        let default = role.filter(|role| role.default).map(|_| "default".to_owned());
        let read_only = account.read_only.then(|| "read-only".to_owned());
        let region = account.region.as_ref().map(Region::to_string);
        let leads = role.into_iter().flat_map(|role| &role.profiles);
        let details = [default, read_only, used, region];
        Item {
            account: account.name().to_owned(),
            role: role.map_or_else(|| "?".to_owned(), |role| role.name.to_string()),
            detail: details.into_iter().flatten().collect::<Vec<_>>().join(", "),
            also: std::iter::once(account.id.as_str())
                .chain(leads.map(|lead| lead.profile.as_str()))
                .collect::<Vec<_>>()
                .join(" "),
        }
    }

    /// What would happen, as the plan says: where the credentials come from, what is asked, how
    /// long, where; or why it would not work.
    fn preview(&self, account: &KnownAccount, role: &KnownRole) -> String {
        let request = self.with(account.name(), role.name.as_str());
        let sources: Vec<String> = role.sources().map(|source| source.to_string()).collect();
        let first = format!(
            "{}:{} in {}, known from {}",
            account.name(),
            role.name,
            account.id,
            sources.join(", ")
        );
        let rest = resolve_complete(&request, self.config).and_then(|plan| self.foreseen(&plan));
        let rest = rest.unwrap_or_else(|error| [error.message, String::new()]);
        let lines = std::iter::once(first).chain(rest).map(|line| escape_up_to(&line, LONGEST));
        lines.collect::<Vec<_>>().join("\n")
    }

    fn foreseen(&self, plan: &Plan) -> Result<[String; 2]> {
        let now = self.context.now();
        let store = Store::of(self.config)?.only_looking();
        let known = snapshot(plan, self.config, &store, now)?;
        let foresight = foresee(plan, &known, true, now);
        if let Some(error) = foresight.refused {
            return Err(error);
        }
        let asks = foresight.questions.iter().find_map(|question| match question {
            Question::MfaCode(_) if foresight.device_is_open => {
                Some(", an MFA code if the user has a device".to_owned())
            }
            Question::MfaCode(device) => Some(format!(", MFA {}", device.value)),
            Question::Device(_) => Some(", an MFA code".to_owned()),
            Question::Password => Some(", user and password".to_owned()),
            Question::SignOn => Some(", a sign-on in the browser".to_owned()),
            Question::AccountName(_) => None,
        });
        let region = plan.region.as_ref();
        let region = region.map(|region| format!(", {}", region.value)).unwrap_or_default();
        let protected = if plan.protected.is_empty() { "" } else { ", protected" };
        let read_only = if plan.is_read_only() { ", read-only" } else { "" };
        let lasts = minutes(foresight.goal.seconds.into());
        Ok([
            format!("{}{}", plan.keys_description(), asks.unwrap_or_default()),
            format!("for {lasts}{region}{protected}{read_only}"),
        ])
    }

    fn is_coloured(&self) -> bool {
        self.report.is_coloured()
    }
}
