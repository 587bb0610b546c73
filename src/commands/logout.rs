//! `logout`: forgets what is stored, and signs off. Keys in a shell are out of reach, and that is said.

use super::context::Context;
use super::login::is_of;
use crate::acquire::sso::{SignOnClient, state};
use crate::acquire::{Runtime, sign_in_state, sign_out};
use crate::aws::Client;
use crate::cache::{BaseSession, Choice, Key, Kind, RoleSession, Store};
use crate::cli;
use crate::config::Config;
use crate::error::Result;
use crate::plan::chain::{SignIn, SsoSession};
use crate::plan::keys::is_own;
use crate::plan::{Forgotten, Invocation, Request, SignOn, SignOnRequest};
use crate::types::quote;
use crate::types::sanitize::escape_up_to;
use crate::ui::report::Report;
use crate::ui::terminal::Terminal;

/// Forgets all sessions, those of one role or profile, or everything but the history of use: in the
/// store of the settings, and in every other one that an earlier setting may have filled.
pub(super) fn run(arguments: &cli::Logout, context: &Context, report: &Report) -> Result<()> {
    let config = Config::read(&context.environment)?;
    let is_session = |word: &str| config.profiles.sso_sessions().any(|known| known.name() == word);
    // What is stored here is forgotten whatever the portal says.
    let mut signed_off = None;
    let target = match arguments.words.as_slice() {
        [] => None,
        [name] if is_session(name) => {
            let request = SignOnRequest::resolve(Some(name), &config)?;
            signed_off = Some(sign_off(&request, &config, context, report));
            Some(Forgotten::SignOn(request.session))
        }
        words => {
            let invocation = Invocation::of_verb("logout ");
            let request = Request { invocation, ..Request::of_words(words.iter().cloned()) };
            Some(Forgotten::resolve(&request, &config)?)
        }
    };
    let chosen = Choice::of(&config.settings).kind;
    let mut forgotten = 0;
    for kind in [Kind::File, Kind::Runtime] {
        let is_chosen = kind == chosen;
        if !is_chosen && kind == Kind::Runtime && !context.environment.has("XDG_RUNTIME_DIR") {
            continue;
        }
        // Who logs out has to know when keys stay behind.
        let store = Store::open(&context.environment, Choice { kind, configured: is_chosen })?;
        forgotten += forget(&store, arguments.all, target.as_ref())?;
        report.warn_all(store.take_warnings());
    }
    let sign_in = match &target {
        Some(Forgotten::Own(base)) => base.sign_in(),
        _ => None,
    };
    if let Some(sign_in) = sign_in
        && sign_out(sign_in)?
    {
        report.note(&format!("the console sign-in of {sign_in} is forgotten, for AWS's tools too"));
        forgotten += 1;
    }
    if let Some(signed_off) = signed_off {
        report.done(&signed_off?, "");
    }
    if forgotten > 0 || !matches!(target, Some(Forgotten::SignOn(_))) {
        tell(forgotten, arguments.all, context, report);
    }
    if arguments.all {
        tell_sign_ons(&config, context, report);
    }
    Ok(())
}

/// Ends a sign-on at the portal and removes its token here, for this program and the AWS CLI alike;
/// gives what the user hears of it.
fn sign_off(
    request: &SignOnRequest,
    config: &Config,
    context: &Context,
    report: &Report,
) -> Result<String> {
    let SignOnRequest { session, connection } = request;
    let store = Store::of(config)?;
    let client = Client::of_sign_on(session, connection, report)?;
    let terminal = Terminal { may_ask: false };
    let sign_on = SignOnClient::new(session, &client, &store, terminal, context.clock, report)?;
    Runtime::new()?.run(sign_on.logout())
}

/// Names the sign-ons that stay: their tokens are not in our store.
fn tell_sign_ons(config: &Config, context: &Context, report: &Report) {
    for name in config.profiles.sso_sessions().map(|session| session.name().to_owned()) {
        let session = SsoSession::named(&name, config);
        if session.is_ok_and(|session| matches!(state(&session, context.now()), SignOn::Live(_))) {
            let (shown, word) = (escape_up_to(&name, 80), quote::word(&name));
            report.note(&format!("still signed on to {shown}: assume-role logout {word}"));
        }
    }
    for profile in config.profiles.iter() {
        let Ok(Some(sign_in)) = SignIn::of_profile(&profile, config) else { continue };
        if matches!(sign_in_state(&sign_in, context.now()), SignOn::Live(_)) {
            let word = quote::word(profile.name());
            report.note(&format!("still signed in as {sign_in}: assume-role logout {word}"));
        }
    }
}

fn forget(store: &Store, all: bool, target: Option<&Forgotten>) -> Result<usize> {
    match target {
        _ if all => store.forget_all(),
        None => store.forget_sessions(),
        Some(Forgotten::Role(role)) => {
            let of_role =
                Key::new().with("account", role.account.as_str()).with("role", role.name.as_str());
            store.forget::<RoleSession>(|key| key.says(&of_role))
        }
        Some(Forgotten::SignOn(session)) => store.forget::<RoleSession>(|key| is_of(session, key)),
        // A user's own session and the base session are the same keys.
        Some(Forgotten::Own(base)) => {
            let base = base.key();
            let own = store.forget::<RoleSession>(|key| is_own(key) && key.says(&base))?;
            Ok(own + store.forget::<BaseSession>(|key| key.says(&base))?)
        }
    }
}

fn tell(forgotten: usize, all: bool, context: &Context, report: &Report) {
    let what = match forgotten {
        0 => "nothing was stored".to_owned(),
        _ if all => "every stored session is forgotten".to_owned(),
        1 => "1 stored session forgotten".to_owned(),
        several => format!("{several} stored sessions forgotten"),
    };
    report.done(&what, if all { "; the history of use stays" } else { "" });
    if context.environment.has("ASSUME_ROLE_KEY_ID") {
        report.note(
            "this shell still holds its keys, and they work until they end: assume-role leave",
        );
    } else if forgotten > 0 {
        report.note("shells that hold a session keep it until it ends; there: assume-role leave");
    }
}
