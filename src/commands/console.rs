//! `console`: the address that signs in to the AWS console as a role.
//!
//! A target goes in; an address comes out, to standard output or to the browser. Anyone who has the
//! address within its 15 minutes is signed in, so it is printed because the user asked for it and
//! shown nowhere else.

use super::context::Context;
use super::session::ActiveRole;
use super::{handover, session};
use crate::acquire::{Runtime, browser};
use crate::aws::{AwsError, Client, Endpoints, SignIn, Trouble, page, unanswered};
use crate::cli;
use crate::config::Config;
use crate::error::{Error, Kind, Result};
use crate::plan::{CredentialSource, Invocation, Plan, no_desktop, path_of_service};
use crate::types::sanitize::escape;
use crate::types::{Secret, minutes};
use crate::ui::report::Report;

/// AWS gives more than this only to sessions that were asked for with long-lived keys or a
/// provider's word, in seconds; those alone may say how long the console session lasts.
const CHAINED: u32 = 3600;

/// The address with a line end; nothing where the browser got it.
pub(super) fn run(arguments: &cli::Console, context: &Context, report: &Report) -> Result<Secret> {
    let path = arguments.service.as_deref().map(path_of_service).transpose()?;
    if arguments.open {
        refuse_without_desktop(arguments, context)?;
    }
    let config = Config::read(&context.environment)?;
    let how = Invocation::of_verb("console ");
    let request = arguments.target.request_as(how);
    let plan = session::of_verb_anew(request, &config, context, report)?;
    refuse_user_plan(&plan)?;
    let session = session::carry_out(plan, &config, context, report)?;
    refuse_user(&session)?;
    session.remember_use(context.now())?;
    let address = Runtime::new()?.run(async {
        let address = address(&session, path, !arguments.no_logout, context, report).await?;
        if arguments.open {
            handover::hand_over(&address).await?;
        }
        Ok(address)
    })?;
    if arguments.open {
        return Ok(Secret::new(String::new()));
    }
    report.note("whoever has this address is signed in; it is good for 15m");
    Ok(Secret::new(format!("{}\n", address.expose())))
}

async fn address(
    role: &ActiveRole,
    path: Option<&str>,
    logs_out: bool,
    context: &Context,
    report: &Report,
) -> Result<Secret> {
    let ActiveRole { plan, session, .. } = role;
    let connection = &plan.connection;
    let overrides = &connection.endpoints;
    let endpoints = Endpoints::resolve(connection.region.clone(), connection.partition, overrides)?;
    let sign_in = SignIn::resolve(connection.partition, overrides)?;
    if let Some(url) = &overrides.signin {
        report.note(&format!(
            "the sign-in is asked for at {} ({})",
            escape(&url.value),
            url.origin
        ));
    }
    let client = Client::new(endpoints, &connection.trust, connection.timeout, None)?;
    let keys = &session.role.session.keys;
    let length = Some(session.role.granted).filter(|&seconds| seconds > CHAINED);
    let (token, lasts) = match sign_in.token(&client, keys, length).await {
        Ok(token) => (token, length.map_or(role.left(context.now()), i64::from)),
        // The keys alone may do: not every session may say how long.
        Err(failure) if length.is_some() && failure.code() == "400" => {
            let token = sign_in
                .token(&client, keys, None)
                .await
                .map_err(|failure| refusal(&failure, &sign_in))?;
            (token, role.left(context.now()))
        }
        Err(failure) => return Err(refusal(&failure, &sign_in)),
    };
    let region = plan.region.as_ref().map(|region| &region.value);
    let place = region.map_or_else(String::new, |region| format!(", {region}"));
    let lasts = if session.has_end() { format!(" for {}", minutes(lasts)) } else { String::new() };
    report.done(&plan.target.to_string(), &format!(" in the console{lasts}{place}"));
    Ok(sign_in.address(&token, &page(path, region), logs_out))
}

/// The console takes sessions of roles and federated users (IAM user guide, "Enable custom identity
/// broker access").
fn refuse_user(role: &ActiveRole) -> Result<()> {
    let arn = &role.session.role.assumed_role;
    if [":assumed-role/", ":federated-user/"].iter().any(|kind| arn.contains(kind)) {
        return Ok(());
    }
    Err(needs_role(&role.plan).because(format!("its keys are those of {}", escape(arn))))
}

/// The same as far as the plan tells, before a code is asked for.
fn refuse_user_plan(plan: &Plan) -> Result<()> {
    let is_user = plan.steps.is_empty()
        && matches!(&plan.base.source, CredentialSource::Keys(keys, _) if !keys.are_temporary());
    if is_user { Err(needs_role(plan)) } else { Ok(()) }
}

fn needs_role(plan: &Plan) -> Error {
    Error::config(format!("the console needs a role; {} is an IAM user's profile", plan.target))
        .hint("assume-role console ACCOUNT ROLE")
}

fn refuse_without_desktop(arguments: &cli::Console, context: &Context) -> Result<()> {
    let why = match (arguments.target.no_input, browser::in_container()) {
        (true, _) => Some("--no-input forbids to open one".to_owned()),
        (_, Some(mark)) => Some(format!("this is a container ({mark})")),
        _ => no_desktop(&context.environment),
    };
    match why {
        None => Ok(()),
        Some(why) => Err(Error::new(Kind::NeedsAnswer, "no browser can be opened here")
            .because(why)
            .hint("without --open the address is printed")),
    }
}

fn refusal(failure: &AwsError, sign_in: &SignIn) -> Error {
    let base = escape(sign_in.base());
    match &failure.trouble {
        Trouble::Answer { code, .. } => Error::refused("AWS takes no sign-in of this session")
            .because(format!("{base} said HTTP {code}"))
            .hint("a session that was ended by a policy is made anew with --refresh; a policy may also deny signin"),
        Trouble::Connect(_) => unanswered(failure, &base)
            .hint("AWS_ENDPOINT_URL_SIGNIN=https://eu-west-1.signin.aws.amazon.com asks in another region"),
        Trouble::Timeout => unanswered(failure, &base).hint("check the network and the proxy variables"),
        Trouble::NotAws(status) => Error::network(format!("{base} sent no sign-in token (HTTP {status})")),
        Trouble::Malformed(_) => unanswered(failure, &base),
    }
}
