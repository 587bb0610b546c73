//! `console`: the address that signs in to the AWS console as a role.
//!
//! A target goes in; an address comes out, to standard output or to the browser. Anyone who has the
//! address within its 15 minutes is signed in, so it is printed because the user asked for it and
//! shown nowhere else.

use super::context::Context;
use super::session::ActiveRole;
use super::{handover, session};
use crate::acquire::browser::{Browser, Identity};
use crate::acquire::{Runtime, browser};
use crate::aws::{
    AwsError, Client, Endpoints, FailureKind, SignIn, page, sign_in_of_region, unanswered,
};
use crate::cli;
use crate::config::Config;
use crate::error::{Error, Kind, Result};
use crate::plan::{Invocation, Overrides, Plan, no_desktop, path_of_service};
use crate::types::sanitize::escape;
use crate::types::{Region, Secret, minutes};
use crate::ui::report::Report;

/// AWS gives more than this only to sessions that were asked for with long-lived keys or a
/// provider's word, in seconds; those alone may say how long the console session lasts.
const CHAINED: u32 = 3600;

/// The address with a line end; nothing where the browser got it.
pub(super) fn run(arguments: &cli::Console, context: &Context, report: &Report) -> Result<Secret> {
    let path = arguments.service.as_deref().map(path_of_service).transpose()?;
    let config = Config::read(&context.environment)?;
    let browser = Browser::of(&config)?;
    match arguments.open {
        true => refuse_without_desktop(arguments, &config)?,
        false => context.expect_output()?,
    }
    let how = Invocation::of_verb("console ").option("--service", arguments.service.as_deref());
    let how = how.flag("--open", arguments.open).flag("--logout", arguments.logout);
    let how = how.flag("--no-logout", arguments.no_logout);
    let request = arguments.target.request_as(how);
    let plan = session::of_verb_anew(request, &config, context, report)?;
    refuse_user_plan(&plan)?;
    let session = session::carry_out(plan, &config, context, report)?;
    refuse_user(&session)?;
    session.remember_use(context.now())?;
    let logs_out = match (arguments.logout, arguments.no_logout) {
        (false, false) => config.settings.console_logout.value,
        (logout, _) => logout,
    };
    let identity = Identity {
        account: session.plan.target.name.as_str(),
        role: &session.session.principal.name,
    };
    let address = Runtime::new()?.run(async {
        let address = address(&session, path, logs_out, context, report).await?;
        if arguments.open {
            handover::hand_over(&address, &browser, identity).await?;
        }
        Ok(address)
    })?;
    if arguments.open {
        return Ok(Secret::new(String::new()));
    }
    report.note("anyone who has this address is signed in; it works for 15m");
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
    let endpoints = Endpoints::of(connection)?;
    let sign_in = SignIn::resolve(connection.partition, overrides)?;
    let client = Client::new(endpoints, &connection.trust, connection.timeout, None, report)?;
    let keys = &session.role.session.keys;
    let length = Some(session.role.granted).filter(|&seconds| seconds > CHAINED);
    let (token, lasts) = match sign_in.token(&client, keys, length).await {
        Ok(token) => (token, length.map_or(role.left(context.now()), i64::from)),
        // The keys alone may do: not every session may say how long.
        Err(failure) if length.is_some() && failure.code() == "400" => {
            let token = sign_in
                .token(&client, keys, None)
                .await
                .map_err(|failure| refusal(&failure, &sign_in, plan))?;
            (token, role.left(context.now()))
        }
        Err(failure) => return Err(refusal(&failure, &sign_in, plan)),
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
    let is_user = plan.steps.is_empty() && plan.base.source.long_term_id().is_some();
    if is_user { Err(needs_role(plan)) } else { Ok(()) }
}

fn needs_role(plan: &Plan) -> Error {
    Error::config(format!("the console needs a role; {} is an IAM user's profile", plan.target))
        .hint("assume-role console ACCOUNT ROLE")
}

fn refuse_without_desktop(arguments: &cli::Console, config: &Config) -> Result<()> {
    let why = match (arguments.target.no_input, browser::in_container()) {
        (true, _) => Some("--no-input forbids to open one".to_owned()),
        (_, Some(mark)) => Some(format!("this is a container ({mark})")),
        // A browser of the user's own choice may need no screen of this machine.
        _ => no_desktop(&config.environment, config.settings.browser.is_some()),
    };
    match why {
        None => Ok(()),
        Some(why) => Err(Error::new(Kind::NeedsAnswer, "no browser can be opened here")
            .because(why)
            .hint("without --open the address is printed")),
    }
}

/// Another region of the same partition, where there is one to ask.
fn elsewhere(plan: &Plan) -> String {
    let own = plan.connection.partition.default_region();
    let mut regions = plan.connection.partition.regions().iter();
    let other = regions.find(|region| **region != own.as_str());
    let other = other.and_then(|region| Region::parse("the regions", region).ok());
    let base = other.and_then(|region| sign_in_of_region(&region, &Overrides::default()).ok());
    match base {
        Some(base) => format!("AWS_ENDPOINT_URL_SIGNIN={base} asks in another region"),
        None => "check the network and the proxy variables".to_owned(),
    }
}

fn refusal(failure: &AwsError, sign_in: &SignIn, plan: &Plan) -> Error {
    let base = escape(sign_in.base());
    match &failure.trouble {
        FailureKind::Answer { code, .. } => Error::refused(
            "AWS refused to sign this session in to the console",
        )
        .because(format!("{base} said HTTP {code}"))
        .hint(
            "if the session was revoked, --refresh makes a new one; a policy may also deny signin",
        ),
        FailureKind::Connect(_) => unanswered(failure, &base).hint(elsewhere(plan)),
        FailureKind::Timeout => {
            unanswered(failure, &base).hint("check the network and the proxy variables")
        }
        FailureKind::NotAws(status) => {
            Error::network(format!("{base} sent no sign-in token (HTTP {status})"))
        }
        FailureKind::Malformed(_) => unanswered(failure, &base),
    }
}
