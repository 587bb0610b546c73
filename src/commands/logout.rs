//! `logout`: forgets what is stored, and signs off. Keys in a shell are out of reach, and that is said.

use std::cell::Cell;

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
use crate::types::sanitize::escape_up_to;
use crate::types::{AccountId, quote};
use crate::ui::report::Report;
use crate::ui::terminal::Terminal;

/// Forgets all sessions, those that some words mean, or everything but the history of use: in the store
/// of the settings, and in every other one that an earlier setting may have filled.
pub(super) fn run(arguments: &cli::Logout, context: &Context, report: &Report) -> Result<()> {
    let config = Config::read(&context.environment)?;
    let (words, profile) = (&arguments.words, arguments.profile.clone());
    let invocation = Invocation::of_verb("logout ");
    let request = Request { invocation, profile, ..Request::of_words(words.iter().cloned()) };
    let has_target = !request.words.is_empty() || request.profile.is_some();
    let meant = has_target.then(|| Forgotten::resolve(&request, &config)).transpose()?;
    let (target, note) = meant.unzip();
    // What is stored here is forgotten whatever the portal says.
    let ended = match &target {
        Some(Forgotten::SignOn(request)) => Some(sign_off(request, &config, context, report)),
        Some(Forgotten::Own(base)) => base.sign_in().map(end_sign_in),
        _ => None,
    };
    let chosen = Choice::of(&config.settings).kind;
    let (mut forgotten, stays) = (0, Cell::new(0));
    for kind in [Kind::File, Kind::Runtime] {
        let is_chosen = kind == chosen;
        if !is_chosen && kind == Kind::Runtime && !context.environment.has("XDG_RUNTIME_DIR") {
            continue;
        }
        // Who logs out has to know when keys stay behind.
        let store = Store::open(&context.environment, Choice { kind, configured: is_chosen })?;
        forgotten += forget(&store, arguments.all, target.as_ref(), &stays)?;
        report.warn_all(store.take_warnings());
    }
    let has_ended = ended.is_some();
    if let Some(ended) = ended {
        report.done(&ended?, "");
    }
    note.flatten().iter().for_each(|note| report.note(note));
    if forgotten > 0 || !has_ended {
        let words = words.iter().chain(&arguments.profile).map(String::as_str);
        let of = escape_up_to(&words.collect::<Vec<_>>().join(":"), 200);
        let of = if of.is_empty() { of } else { format!(" of {of}") };
        tell(forgotten, &of, arguments.all, report);
    }
    if forgotten == 0 && stays.get() > 0 {
        let others = match stays.get() {
            1 => "1 other session stays".to_owned(),
            several => format!("{several} other sessions stay"),
        };
        report.note(&format!("{others}: assume-role logout"));
    }
    if context.environment.has("ASSUME_ROLE_KEY_ID") {
        report.note(
            "this shell still holds its keys, and they work until they end: assume-role leave",
        );
    } else if forgotten > 0 {
        report.note("shells that hold a session keep it until it ends; there: assume-role leave");
    }
    match target {
        Some(Forgotten::Role(_, Some(session))) => tell_sign_on(&session, context, report),
        _ if arguments.all => tell_sign_ons(&config, context, report),
        _ => {}
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

/// The same for a console sign-in, which AWS ends by itself.
fn end_sign_in(sign_in: &SignIn) -> Result<String> {
    Ok(match sign_out(sign_in)? {
        true => format!("the console sign-in of {sign_in} is forgotten, for AWS's tools too"),
        false => format!("not signed in as {sign_in}"),
    })
}

/// Names the sign-ons that stay: their tokens are not in our store.
fn tell_sign_ons(config: &Config, context: &Context, report: &Report) {
    for name in config.profiles.sso_sessions().map(|session| session.name().to_owned()) {
        let _ =
            SsoSession::named(&name, config).map(|session| tell_sign_on(&session, context, report));
    }
    for profile in config.profiles.iter() {
        let Ok(Some(sign_in)) = SignIn::of_profile(&profile, config) else { continue };
        if matches!(sign_in_state(&sign_in, context.now()), SignOn::Live(_)) {
            let word = quote::word(profile.name());
            report.note(&format!("still signed in as {sign_in}: assume-role logout {word}"));
        }
    }
}

fn tell_sign_on(session: &SsoSession, context: &Context, report: &Report) {
    if let (SignOn::Live(_), Some(name)) = (state(session, context.now()), &session.name) {
        let word = quote::word(name);
        report.note(&format!("still signed on to {session}: assume-role logout {word}"));
    }
}

/// Forgets what is meant, and counts the sessions that it leaves.
fn forget(
    store: &Store,
    all: bool,
    target: Option<&Forgotten>,
    stays: &Cell<usize>,
) -> Result<usize> {
    let counted = |is_meant: bool| {
        stays.set(stays.get() + usize::from(!is_meant));
        is_meant
    };
    let Some(target) = target.filter(|_| !all) else {
        return if all { store.forget_all() } else { store.forget_sessions() };
    };
    let account = |id: &AccountId| Key::new().with("account", id.as_str());
    let roles = store.forget::<RoleSession>(|key| {
        counted(match target {
            Forgotten::Account(id) => key.says(&account(id)),
            Forgotten::Role(role, _) => {
                key.says(&account(&role.account).with("role", role.name.as_str()))
            }
            Forgotten::SignOn(request) => is_of(&request.session, key),
            Forgotten::Own(base) => is_own(key) && key.says(&base.key()),
        })
    })?;
    // A user's own session and the base session are the same keys.
    let bases = store.forget::<BaseSession>(|key| {
        counted(matches!(target, Forgotten::Own(base) if key.says(&base.key())))
    })?;
    Ok(roles + bases)
}

fn tell(forgotten: usize, of: &str, all: bool, report: &Report) {
    let what = match forgotten {
        0 if of.is_empty() => "nothing was stored".to_owned(),
        0 => format!("no session{of} was stored"),
        _ if all => "every stored session is forgotten".to_owned(),
        1 => format!("1 stored session{of} forgotten"),
        several => format!("{several} stored sessions{of} forgotten"),
    };
    report.done(&what, if all { "; the history of use stays" } else { "" });
}
