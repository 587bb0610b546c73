//! A name that has to be typed: at the entrance of a protected account, before the network and before
//! the store, and where a key is lost for good.
//!
//! Renewal does not come here: it consents for the account that was entered before.

use crate::error::{Error, Kind, Result};
use crate::plan::{Mark, Plan, ProtectedStep};
use crate::ui::terminal::Terminal;

/// Has the account's name typed, or refuses.
pub(crate) async fn confirm(plan: &Plan, step: &ProtectedStep, terminal: Terminal) -> Result<()> {
    let sentence = sentence(step);
    let said = format!("{sentence} ({})", step.alias.origin);
    let refusal = Error::new(Kind::Guard, sentence)
        .because(&step.alias.origin)
        .hint(format!("if you mean it: {}", plan.command_with(&["--yes"])));
    let question = format!("To become {}, type {}:", step.target, step.name);
    let alias = match &step.alias.value {
        Mark::Alias(alias) => alias.as_str(),
        _ => step.name.as_str(),
    };
    let names = [step.name.as_str(), alias];
    have_typed(names, (&said, &question), refusal, terminal).await
}

/// Has one of the names typed; `refusal` is for where nothing can be asked.
pub(crate) async fn have_typed(
    names: [&str; 2],
    (said, question): (&str, &str),
    refusal: Error,
    terminal: Terminal,
) -> Result<()> {
    if !terminal.can_ask() {
        return Err(refusal);
    }
    terminal.say(said);
    let typed = terminal.ask_text(question).await?;
    // The terminal hands a lone Escape over with the line.
    if typed.contains('\u{1b}') {
        return Err(Error::new(Kind::Cancelled, "cancelled"));
    }
    match names.contains(&typed.as_str()) {
        true => Ok(()),
        false => {
            let [name, _] = names;
            Err(Error::new(Kind::Guard, format!("that was not {name}: nothing was changed")))
        }
    }
}

fn sentence(step: &ProtectedStep) -> String {
    let ProtectedStep { name, role, alias, target } = step;
    let Mark::Alias(alias) = &alias.value else {
        let id = role.as_ref().map_or(target.as_str(), |role| role.account.as_str());
        return format!(
            "whether {id} is protected is not known: a file of accounts cannot be read"
        );
    };
    match role {
        _ if name == alias => format!("account {name} is protected"),
        Some(role) if name.as_str() == role.account.as_str() => {
            format!("account {name} is protected as {alias}")
        }
        Some(role) if target.starts_with(&format!("{name}:")) || target == name.as_str() => {
            format!("{name} leads to account {}, which is protected as {alias}", role.account)
        }
        Some(role) => {
            format!("{name} leads through account {}, which is protected as {alias}", role.account)
        }
        None => format!("{name} leads to the account {alias}, which is protected"),
    }
}
