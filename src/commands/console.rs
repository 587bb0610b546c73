//! `console`: the address that signs in to the AWS console as a role.
//!
//! A target goes in; an address goes out, to standard output or to the browser. Whoever has the
//! address within its 15 minutes is signed in, so it is printed because the user asked for it and
//! shown nowhere else.

use super::network::Network;
use super::obtain::Obtained;
use super::{Context, handover, whose};
use crate::acquire::browser;
use crate::aws::{AwsError, Client, Endpoints, SignIn, Trouble, page, unanswered};
use crate::cli;
use crate::error::{Error, Kind, Result};
use crate::plan::{Overrides, no_desktop, path_of_service};
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
    let session = whose::any_session(&arguments.target, context, report)?;
    refuse_user(&session)?;
    session.remember_use(context.now())?;
    let address = Network::begin()?.run(async {
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
    session: &Obtained,
    path: Option<&str>,
    logs_out: bool,
    context: &Context,
    report: &Report,
) -> Result<Secret> {
    let Obtained { request, granted, .. } = session;
    let overrides: &Overrides = &request.endpoints;
    let endpoints = Endpoints::resolve(request.sts_region(), request.target.partition, overrides)?;
    let sign_in = SignIn::resolve(request.target.partition, overrides)?;
    if let Some(url) = &overrides.signin {
        report.note(&format!(
            "the sign-in is asked for at {} ({})",
            escape(&url.value),
            url.origin
        ));
    }
    let client = Client::new(endpoints, &request.trust, request.timeout, None)?;
    let keys = &granted.role.session.keys;
    let length = Some(granted.role.granted).filter(|&seconds| seconds > CHAINED);
    let (token, lasts) = match sign_in.token(&client, keys, length).await {
        Ok(token) => (token, length.map_or(session.left(context.now()), i64::from)),
        // The keys alone may do: not every session may say how long.
        Err(failure) if length.is_some() && failure.code() == "400" => {
            let token = sign_in
                .token(&client, keys, None)
                .await
                .map_err(|failure| refusal(&failure, &sign_in))?;
            (token, session.left(context.now()))
        }
        Err(failure) => return Err(refusal(&failure, &sign_in)),
    };
    let region = request.region.as_ref().map(|region| &region.value);
    let place = region.map_or_else(String::new, |region| format!(", {region}"));
    let lasts = if granted.has_end() { format!(" for {}", minutes(lasts)) } else { String::new() };
    report.done(&request.target.to_string(), &format!(" in the console{lasts}{place}"));
    Ok(sign_in.address(&token, &page(path, region), logs_out))
}

/// The console takes sessions of roles and federated users (IAM user guide, "Enable custom identity
/// broker access").
fn refuse_user(session: &Obtained) -> Result<()> {
    let arn = &session.granted.role.assumed_role;
    if [":assumed-role/", ":federated-user/"].iter().any(|kind| arn.contains(kind)) {
        return Ok(());
    }
    Err(Error::config(format!(
        "{} is no role, and only a role signs in to the console so",
        session.request.target
    ))
    .because(format!("its keys are those of {}", escape(arn)))
    .hint("assume-role console ACCOUNT ROLE"))
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
