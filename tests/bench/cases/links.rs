//! Switches over a line to a server that is far away, in round trips.

use std::path::Path;
use std::time::{Duration, Instant};

use super::place::{Place, with};
use super::switch;
use crate::link;
use crate::measure::{Budget, Case, Prepare, Task};
use crate::support::failure::{Failure, Outcome};
use crate::support::terminal::Terminal;

/// How long the user types, at least: reading six digits from a device takes longer.
const TYPING: Duration = Duration::from_millis(400);

/// Two hours take a code of their own; an hour goes through a session of the base.
const DIRECT: &[&str] = &["export", "--shell", "bash", "production", "read", "--duration", "2h"];
const BY_BASE: &[&str] = &["export", "--shell", "bash", "production", "read"];

pub fn cases() -> Vec<Case> {
    let case = |name: &str, task: fn(bool) -> Prepare, most| {
        let budget = Budget::Left {
            unit: "round trips",
            of: link::ROUND_TRIP.as_secs_f64() * 1e3,
            most: Some(most),
            noise: 0.4,
        };
        Case::new(format!("{name}, 50 ms away"), task(true), ("the same here", task(false)), budget)
    };
    vec![
        case("after the code is typed, direct role", |far| typed(DIRECT, far), 1.0),
        case("after the code is typed, new base", |far| typed(BY_BASE, far), 2.0),
        // The handshakes of TCP and of TLS, and two calls.
        case("first switch, with the code as a word", |far| with(place(far), switch::first), 4.0),
        // The handshake of TCP, and one call.
        case("switch by Identity Center, on http", |far| with(portal(far), switch::sso), 2.0),
    ]
}

/// A home whose server speaks https, here or far away.
fn place(far: bool) -> impl Fn(&Path) -> Outcome<Place> {
    move |program| {
        let mut place = Place::used_on_https(program)?;
        if far {
            let line = link::start(place.sts.address())?;
            for name in ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_IAM"] {
                place.world.set(name, format!("https://{line}"));
            }
        }
        Ok(place)
    }
}

/// Someone who signed on at a portal, which is as far away as STS.
fn portal(far: bool) -> impl Fn(&Path) -> Outcome<Place> {
    move |program| {
        let line = |to| if far { link::start(to) } else { Ok(to) };
        let mut place = switch::signed_on(program, line)?;
        let sts = line(place.sts.address())?;
        place.world.set("AWS_ENDPOINT_URL_STS", format!("http://{sts}"));
        Ok(place)
    }
}

/// The first switch of the day by someone who is asked for the code, from the last keystroke on.
fn typed(words: &'static [&'static str], far: bool) -> Prepare {
    Box::new(move |program| {
        let place = place(far)(program)?;
        Ok(Task::Timed(Box::new(move || {
            place.forget();
            let mut terminal = Terminal::start_captured(place.run(words))?;
            terminal.wait_for("MFA code")?;
            std::thread::sleep(TYPING);
            let code = place.code();
            let began = Instant::now();
            terminal.type_line(&code)?;
            let status = terminal.wait()?;
            let took = began.elapsed();
            if status == 0 { Ok(took) } else { Err(Failure(terminal.text())) }
        })))
    })
}
