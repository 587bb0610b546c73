//! `login`: a sign-on by a person, kept for this program and for the AWS CLI alike.

use super::context::Context;
use crate::acquire::sso::SignOnClient;
use crate::acquire::{Runtime, SignInClient};
use crate::aws::Client;
use crate::cache::{Key, RoleSession, Store};
use crate::cli;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::plan::chain::SsoSession;
use crate::plan::{ConsoleRequest, SignOnRequest};
use crate::types::minutes;
use crate::ui::report::Report;
use crate::ui::terminal::Terminal;

/// Signs on: opens the page in the browser, or prints one with a code, and waits for the person.
pub(super) fn run(arguments: &cli::Login, context: &Context, report: &Report) -> Result<()> {
    let config = Config::read(&context.environment)?;
    if let Some(request) = ConsoleRequest::resolve(arguments.sso_session.as_deref(), &config)? {
        return to_console(&request, arguments, &config, context, report);
    }
    if arguments.remote {
        return Err(Error::usage("--remote goes with a profile that has login_session"));
    }
    let mut request = SignOnRequest::resolve(arguments.sso_session.as_deref(), &config)?;
    if request.session.region_is_open {
        let client = Client::of_sign_on(&request.session, &request.connection, report)?;
        let url = request.session.start_url.as_str();
        let redirect = Runtime::new()?.run(async { Ok(client.redirect_of(url).await) })?;
        request.session = request.session.led_by(redirect.as_deref())?;
    }
    let store = Store::of(&config)?;
    let (session, connection) = (&request.session, &request.connection);
    let client = Client::of_sign_on(session, connection, report)?;
    let terminal = Terminal { may_ask: !arguments.no_input };
    let sign_on = SignOnClient::new(session, &client, &store, terminal, context.clock, report)?;
    let ends = Runtime::new()?.run(sign_on.login(arguments.device, |text| report.text(text)))?;
    // The user who signs on may be another than before.
    store.forget::<RoleSession>(|key| is_of(session, key))?;
    report.warn_all(config.warnings().into_iter().chain(store.take_warnings()));
    let left = minutes(ends.since(context.now()));
    report.done(&format!("signed on to {session}"), &format!(" for {left}"));
    Ok(())
}

/// Signs in to the console, for a profile with `login_session`.
fn to_console(
    request: &ConsoleRequest,
    arguments: &cli::Login,
    config: &Config,
    context: &Context,
    report: &Report,
) -> Result<()> {
    let ConsoleRequest { sign_in, connection } = request;
    let client = Client::of(connection, report)?;
    let terminal = Terminal { may_ask: !arguments.no_input };
    let sign_in_client =
        SignInClient { sign_in, connection, client: &client, terminal, clock: context.clock };
    let say = |text: &str| report.text(text);
    let signed_in = async {
        match arguments.remote {
            true => sign_in_client.remotely(say).await,
            false => sign_in_client.by_person(say).await,
        }
    };
    let ends = Runtime::new()?.run(signed_in)?;
    report.warn_all(config.warnings());
    let left = minutes(ends.since(context.now()));
    report.done(&format!("signed in as {sign_in}"), &format!(", renews for about {left}"));
    Ok(())
}

pub(super) fn is_of(session: &SsoSession, key: &Key) -> bool {
    let says = |field: &str| key.field(field).is_some_and(|text| text.contains(&session.start_url));
    says("start") || says("hop")
}
