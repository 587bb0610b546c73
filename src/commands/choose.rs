//! What the words leave open is chosen by whoever sits at the terminal: the role of an account, or
//! both.
//!
//! Nothing is guessed: the only role that is known is taken and said, several are shown.

use super::Context;
use crate::catalog::{Catalogue, KnownAccount, KnownRole, Reach, Source, ago};
use crate::cli;
use crate::config::Config;
use crate::error::{Error, Kind, Result};
use crate::plan::{Open, Request, Way, open, which_role};
use crate::types::sanitize::escape_up_to;
use crate::types::{Name, Region, RoleArn, RoleName, minutes};
use crate::ui::picker::{Choice, Item};
use crate::ui::report::{Report, takes_colour};
use crate::ui::terminal::Terminal;

/// The longest line of a preview, in characters.
const LONGEST: usize = 300;

/// The words with what was chosen; as they are when they leave nothing open.
pub(super) fn completed(
    asked: cli::Target,
    context: &Context,
    report: &Report,
) -> Result<cli::Target> {
    if asked.words.len() > 1 {
        return Ok(asked);
    }
    let config = Config::read(&context.environment)?;
    let open = open(&asked, &config)?;
    if open == Open::Nothing {
        return Ok(asked);
    }
    let catalogue = Catalogue::read(&context.environment, Reach::Full, context.now());
    let chooser = Chooser { asked, config: &config, context };
    match open {
        Open::Nothing => Ok(chooser.asked),
        Open::Target if chooser.can_choose() => chooser.target(&catalogue),
        Open::Offered(roles) if chooser.can_choose() => chooser.offered(catalogue, &roles),
        // What has to be typed is said where the words are read.
        Open::Target | Open::Offered(_) => Ok(chooser.asked),
        Open::Role { note } => {
            if let Some(note) = note {
                report.note(&note);
            }
            chooser.role(&catalogue, report)
        }
    }
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
    asked: cli::Target,
    config: &'a Config,
    context: &'a Context,
}

impl Chooser<'_> {
    fn can_choose(&self) -> bool {
        !self.context.environment.has_dumb_terminal()
            && Terminal { may_ask: !self.asked.no_input }.can_ask()
    }

    /// Account and role out of one list, most used first.
    fn target(self, catalogue: &Catalogue) -> Result<cli::Target> {
        let accounts = catalogue.accounts_with_roles();
        if accounts.is_empty() {
            return Ok(self.asked);
        }
        match self.pick("assume role:", &by_use(&accounts))? {
            (account, Some(role)) => Ok(self.with(account.name(), role.name.as_str())),
            (account, None) => self.typed(account),
        }
    }

    /// One of the roles that a captured response offers.
    fn offered(self, catalogue: Catalogue, roles: &[RoleArn]) -> Result<cli::Target> {
        let accounts = catalogue.accounts_offering(roles);
        let prompt = match self.asked.words.first() {
            Some(word) => format!("role on offer in {}:", escape_up_to(word, 40)),
            None => "role on offer:".to_owned(),
        };
        let (account, role) = self.pick(&prompt, &by_use(&accounts))?;
        let is_it = |arn: &&RoleArn| {
            arn.account == account.id && role.is_some_and(|role| role.name == arn.name)
        };
        match (self.asked.words.first(), role, roles.iter().find(is_it)) {
            (Some(word), Some(role), _) => Ok(self.with(word, role.name.as_str())),
            // The ARN says the partition too.
            (None, _, Some(arn)) => Ok(cli::Target { words: vec![arn.to_string()], ..self.asked }),
            _ => Ok(self.asked),
        }
    }

    /// The role of the account that was typed.
    fn role(self, catalogue: &Catalogue, report: &Report) -> Result<cli::Target> {
        let word = self.asked.words.first().cloned().unwrap_or_default();
        let Some(account) = catalogue.account(&word) else { return self.unknown_role(&[]) };
        if let [only] = account.roles.as_slice() {
            let source = only.sources.first().map(Source::to_string).unwrap_or_default();
            report.note(&format!("role {}: the only one known there, {source}", only.name));
            return Ok(self.with(&word, only.name.as_str()));
        }
        if !self.can_choose() {
            return self.unknown_role(&account.roles);
        }
        if account.roles.is_empty() {
            return self.typed(&account);
        }
        let pairs: Vec<_> = account.roles.iter().map(|role| (&account, Some(role))).collect();
        let (_, role) = self.pick(&format!("role in {}:", escape_up_to(&word, 40)), &pairs)?;
        Ok(self.with(&word, role.map_or("", |role| role.name.as_str())))
    }

    fn unknown_role(&self, known: &[KnownRole]) -> Result<cli::Target> {
        let word = escape_up_to(self.asked.words.first().map_or("", String::as_str), 80);
        let names: Vec<&str> = known.iter().map(|role| role.name.as_str()).collect();
        Err(which_role(Kind::NeedsAnswer, &word, &names))
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

    /// A role that nobody has written down yet.
    fn typed(&self, account: &KnownAccount) -> Result<cli::Target> {
        let prompt = format!("name of the role in {}:", escape_up_to(account.name(), 40));
        let preview = |_| String::new();
        let choice =
            Choice { prompt: &prompt, items: &[], preview: &preview, coloured: self.is_coloured() };
        let role = RoleName::parse(&choice.type_word()?)?;
        let word = self.asked.words.first().map_or(account.name(), String::as_str);
        Ok(self.with(word, role.as_str()))
    }

    fn with(&self, account: &str, role: &str) -> cli::Target {
        cli::Target { words: vec![account.to_owned(), role.to_owned()], ..self.asked.clone() }
    }

    fn item(&self, account: &KnownAccount, role: Option<&KnownRole>) -> Item {
        let usage = role.map_or(account.usage, |role| role.usage);
        let used = usage.last.map(|last| format!("used {}", ago(last, self.context.now())));
        let default = role.filter(|role| role.default).map(|_| "default".to_owned());
        let region = account.region.as_ref().map(Region::to_string);
        let names = account.names.iter().skip(1).map(Name::as_str);
        let profiles =
            role.into_iter().flat_map(|role| &role.sources).filter_map(|source| match source {
                Source::Profile(name, _) | Source::Sso(name, _) => Some(name.as_str()),
                Source::Accounts(_) | Source::Assertion | Source::History => None,
            });
        Item {
            account: account.name().to_owned(),
            role: role.map_or_else(|| "?".to_owned(), |role| role.name.to_string()),
            detail: [default, used, region].into_iter().flatten().collect::<Vec<_>>().join(", "),
            also: std::iter::once(account.id.as_str())
                .chain(names)
                .chain(profiles)
                .collect::<Vec<_>>()
                .join(" "),
        }
    }

    /// What would happen: whose keys, MFA or not, how long, where; or why it would not work. One
    /// line each.
    fn preview(&self, account: &KnownAccount, role: &KnownRole) -> String {
        let asked = cli::Target { yes: true, ..self.with(account.name(), role.name.as_str()) };
        let sources: Vec<String> = role.sources.iter().map(Source::to_string).collect();
        let first = format!(
            "{}:{} in {}, known from {}",
            account.name(),
            role.name,
            account.id,
            sources.join(", ")
        );
        let rest = match Request::resolve(&asked, self.config) {
            Ok(request) => plan(&request),
            Err(error) => [error.message, String::new()],
        };
        let lines = std::iter::once(first).chain(rest).map(|line| escape_up_to(&line, LONGEST));
        lines.collect::<Vec<_>>().join("\n")
    }

    fn is_coloured(&self) -> bool {
        takes_colour(self.asked.color, true, &self.context.environment)
    }
}

fn plan(request: &Request) -> [String; 2] {
    let mfa = match (&request.way, &request.serial) {
        (Way::Bastion(_), Some(serial)) => format!(", MFA {}", serial.value),
        (Way::Bastion(_), None) => ", MFA if the user has a device".to_owned(),
        _ => String::new(),
    };
    let region =
        request.region.as_ref().map(|region| format!(", {}", region.value)).unwrap_or_default();
    let protected = if request.target.protected.is_some() { ", protected" } else { "" };
    let length = minutes(request.length.seconds.into());
    [format!("{}{mfa}", request.way.shown()), format!("for {length}{region}{protected}")]
}
