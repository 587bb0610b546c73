//! The guard at the entrance of protected accounts: whoever enters types the account's name, or
//! says `--yes`.
//!
//! A request comes in; nothing goes out, or the reason why it goes no further. It stands before the
//! network and before the store, and never at a renewal: whoever renews says `yes` for the request.

use super::Context;
use super::network::Network;
use crate::error::{Error, Kind, Result};
use crate::plan::{Chosen, Request, Target};
use crate::shell::quote;
use crate::types::Name;
use crate::ui::terminal::Terminal;

/// The verbs that enter an account; everything else that does is a switch.
const VERBS: [&str; 3] = ["exec", "env", "console"];

/// Lets a request pass that enters no protected account, that consents, or whose user types the
/// name.
pub(super) fn pass(request: &Request, context: &Context) -> Result<()> {
    let target = &request.target;
    let Some(alias) = target.protected.as_ref().filter(|_| !request.yes) else { return Ok(()) };
    let terminal = Terminal { may_ask: request.may_ask };
    if !terminal.can_ask() {
        return Err(Error::new(Kind::Guard, sentence(target, alias))
            .because(&alias.origin)
            .hint(format!("if you mean it: {}", command(request, context))));
    }
    terminal.say(&format!("{} ({})", sentence(target, alias), alias.origin));
    let question = format!("To become {target}, type {}:", target.name);
    let typed = Network::begin()?.run(terminal.ask_text(&question))?;
    // The terminal hands a lone Escape over with the line.
    if typed.contains('\u{1b}') {
        return Err(Error::new(Kind::Cancelled, "cancelled"));
    }
    if typed != target.name.as_str() {
        return Err(Error::new(
            Kind::Guard,
            format!("that was not {}: nothing was changed", target.name),
        ));
    }
    Ok(())
}

fn sentence(target: &Target, alias: &Chosen<Name>) -> String {
    match (&target.name, &target.role) {
        (name, _) if *name == alias.value => format!("account {name} is protected"),
        (name, Some(role)) if name.as_str() == role.account.as_str() => {
            format!("account {name} is protected as {}", alias.value)
        }
        (name, Some(role)) => {
            format!(
                "{name} leads to account {}, which is protected as {}",
                role.account, alias.value
            )
        }
        (name, None) => format!("{name} leads to the account {}, which is protected", alias.value),
    }
}

/// What the user typed, with the consent.
fn command(request: &Request, context: &Context) -> String {
    let verb =
        context.arguments.get(1).and_then(|word| word.to_str()).filter(|word| VERBS.contains(word));
    // Behind the dashes stand account and role, or an ARN; a profile is an option.
    let words: Vec<&str> =
        request.words.iter().skip_while(|word| *word != "--").skip(1).map(String::as_str).collect();
    let target =
        if words.is_empty() { vec!["--profile", request.target.name.as_str()] } else { words };
    let words: Vec<String> = verb.into_iter().chain(target).map(quote::word).collect();
    let rest = if verb == Some("exec") { " -- …" } else { "" };
    format!("assume-role {} --yes{rest}", words.join(" "))
}
