//! `status`: who this shell is, from its environment, and what its role was assumed from, by the
//! files. No request is sent, except to AWS with `--verify`.

mod fact;
mod facts;
mod forms;
mod origins;
mod programs;
mod verify;

use super::context::{Context, Printed};
use crate::cli;
use crate::config::settings::Settings;
use crate::error::Result;
use crate::prompt::{Variables, segment};
use crate::shell::prompt_style::Look;
use fact::Present;

/// What the shell's environment says, as text for people, as JSON, as lines, or as the segment of a
/// prompt.
pub(super) fn run(arguments: &cli::Status, context: &Context) -> Result<Printed> {
    let environment = &context.environment;
    let look = Look::from(&Settings::read(environment)?);
    let read = |name| environment.text(name).map(Option::unwrap_or_default);
    let variables = Variables {
        key_id: read("ASSUME_ROLE_KEY_ID")?,
        access_key: read("AWS_ACCESS_KEY_ID")?,
        profile: read("AWS_PROFILE")?,
        account: read("AWS_ACCOUNT_NAME")?,
        role: read("AWS_ACCOUNT_ROLE")?,
        expires: read("ASSUME_ROLE_EXPIRES")?,
        renewable: read("ASSUME_ROLE_RENEWABLE")?,
        protected: read("ASSUME_ROLE_PROTECTED")?,
    };
    let now = context.now();
    let present = Present { segment: segment(&variables, &look, now), variables, now };
    if arguments.prompt {
        let text = &present.segment.text;
        return Ok(Printed::text(if text.is_empty() {
            String::new()
        } else {
            format!("{text}\n")
        }));
    }
    let mut facts = facts::of(&present, environment)?;
    let mut error = None;
    if arguments.verify {
        let (told, against) = verify::ask(&present, context)?;
        facts.extend(told);
        error = against;
    }
    let text = if arguments.json {
        forms::json(&present, &facts)
    } else if arguments.porcelain {
        forms::porcelain(&present, &facts)
    } else {
        let page = context.page(arguments.color.when);
        forms::page(&present, &facts, &page)
    };
    Ok(Printed { text, error })
}
