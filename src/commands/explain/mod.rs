//! `explain`: what a switch would do and why, without doing it.
//!
//! The words of a switch come in; which file and line decided what, who would be asked, what the
//! store would answer and which variables would change go out. No network, no question, no program
//! run, nothing written.

mod decided;
mod variables;
mod way;

use owo_colors::Style;

use super::{Context, Told, previous};
use crate::acquire::{Asks, Granted, Outlook, left, outlook};
use crate::aws::Endpoints;
use crate::cache::Store;
use crate::cli;
use crate::config::Config;
use crate::config::files::shown_path;
use crate::error::Result;
use crate::plan::Request;
use crate::types::{Moment, minutes};
use crate::ui::page::Fact;
use crate::ui::report::Report;

/// The plan.
pub(super) fn run(arguments: &cli::Explain, context: &Context, report: &Report) -> Result<Told> {
    let asked = previous::meant(&arguments.target, &context.environment)?;
    let config = Config::read(&context.environment)?;
    let request = Request::resolve(&asked, &config)?;
    let store = Store::of(&config)?.only_looking();
    let now = context.now();
    let outlook = outlook(&request, &store, now)?;
    let page = context.page(asked.color);
    let endpoints =
        Endpoints::resolve(request.sts_region(), request.target.partition, &request.endpoints);
    let mut facts = decided::facts(&asked, &request, &outlook, &config)?;
    facts.push(match &endpoints {
        Ok(endpoints) => endpoint(&request, endpoints),
        Err(error) => Fact::new("STS", "would not be asked", &error.message),
    });
    facts.extend(way::links(
        &way::Plan { asked: &asked, config: &config, outlook: &outlook, store: &store, now },
        &request,
    )?);
    facts.push(stored(&request, &outlook, &store, context));
    facts.extend(variables::facts(&request, &context.environment)?);
    for text in request.warnings.iter().chain(&config.warnings()).chain(&store.take_warnings()) {
        report.warn(text);
    }
    for note in &request.notes {
        report.note(note);
    }
    let would_fail = endpoints.err().or(outlook.refused.clone());
    let head = page.styled(&request.target.to_string(), Style::new().bold());
    let what = match &would_fail {
        Some(_) if outlook.stored.is_none() => {
            "it would be refused before anybody is asked".to_owned()
        }
        _ => headline(&request, &outlook, &store, now),
    };
    let error = would_fail.filter(|_| outlook.stored.is_none());
    Ok(Told { text: format!("{head}: {what}\n{}", page.facts(&facts)), error })
}

fn headline(request: &Request, outlook: &Outlook, store: &Store, now: Moment) -> String {
    let what = match &outlook.stored {
        Some(granted) => {
            return format!(
                "the stored session serves, {} left; nobody is asked",
                time_left(granted, store, now)
            );
        }
        None if request.refresh => "a new session, as --refresh says",
        None => "a new session",
    };
    let asked = match &outlook.asks {
        Asks::Nothing => "nobody is asked".to_owned(),
        Asks::GivenCode => "the code that was given is sent".to_owned(),
        Asks::Code(_) => "an MFA code is asked".to_owned(),
        Asks::PerhapsCode => "an MFA code is asked if the user has a device".to_owned(),
        Asks::Password => "user and password are asked".to_owned(),
        Asks::SignOn => "a sign-on in the browser is asked".to_owned(),
        Asks::Program => "its program may ask".to_owned(),
    };
    format!("{what}; {asked}")
}

fn time_left(granted: &Granted, store: &Store, now: Moment) -> String {
    if granted.has_end() {
        minutes(left(granted, store, now))
    } else {
        "an unknown time".to_owned()
    }
}

fn endpoint(request: &Request, endpoints: &Endpoints) -> Fact {
    match &request.endpoints.sts {
        Some(url) => Fact::new("STS", &url.value, &url.origin),
        None => {
            let kinds = [(endpoints.fips, " FIPS"), (endpoints.dual_stack, " dual-stack")];
            let kind: String =
                kinds.into_iter().filter(|(is_on, _)| *is_on).map(|(_, kind)| kind).collect();
            Fact::new("STS", &format!("AWS's{kind} endpoint in {}", endpoints.region), "")
        }
    }
}

fn stored(request: &Request, outlook: &Outlook, store: &Store, context: &Context) -> Fact {
    let Some(path) = store.path() else {
        return Fact::new("stored", "nothing: the store is off", "");
    };
    let (now, place) = (context.now(), shown_path(path, context.environment.home().as_deref()));
    match &outlook.stored {
        Some(granted) => {
            let renewal = match granted.renewable {
                Some(_) => "renews without a question",
                None => "does not renew by itself",
            };
            Fact::new(
                "stored",
                &format!("a session with {} left", time_left(granted, store, now)),
                renewal,
            )
        }
        None if request.refresh => Fact::new("stored", "not looked at", "--refresh"),
        None => Fact::new("stored", "no session that would do", &place),
    }
}
