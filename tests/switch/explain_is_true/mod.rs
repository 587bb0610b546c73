//! `explain` is true: in worlds drawn at random it promises calls and questions, and the switch that
//! follows makes these calls to the fake AWS and asks these questions on its terminal.
//!
//! `ASSUME_ROLE_WORLD=SEED` plays one world alone, as a failure says.

mod built;
mod drawn;

use std::fmt::Write;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use self::built::Built;
use self::drawn::{Asking, Drawn, Step, Target};
use crate::support::process::run;
use crate::support::terminal::Terminal;

const WORLDS: u64 = 320;

#[test]
fn in_worlds_of_the_first_half() {
    play(0..WORLDS / 2);
}

#[test]
fn in_worlds_of_the_second_half() {
    play(WORLDS / 2..WORLDS);
}

fn play(seeds: std::ops::Range<u64>) {
    let only = std::env::var("ASSUME_ROLE_WORLD").ok().map(|seed| seed.parse::<u64>().unwrap());
    let mut failures = String::new();
    for seed in seeds.filter(|seed| only.is_none_or(|only| only == *seed)) {
        let drawn = Drawn::new(seed);
        if let Err(why) = explained_and_done(&drawn) {
            writeln!(failures, "ASSUME_ROLE_WORLD={}\n{drawn:?}\n{why}\n", drawn.seed).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// What happened, or was said to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Course {
    /// Calls that AWS answered, in order.
    calls: Vec<String>,
    /// What the user was asked, in order.
    asks: Vec<String>,
    /// Whether it ended well.
    succeeds: bool,
}

impl Course {
    /// Whether what was promised is what happened. Where a question may not be asked, or a refusal was
    /// promised, it ends before the first call that would need the answer.
    fn holds(&self, real: &Self, asking: Asking) -> bool {
        let may_ask = asking == Asking::Terminal || self.asks.is_empty();
        if self.succeeds && may_ask {
            return self == real;
        }
        let asked = if may_ask { &self.asks[..] } else { &[] };
        !real.succeeds && asked.starts_with(&real.asks) && self.calls.starts_with(&real.calls)
    }

    /// The calls that lead to the question which devices the user has. What comes of it is AWS's to
    /// say: `explain` goes on as if there were one.
    fn open_calls(&self) -> Option<&[String]> {
        let at = self.calls.iter().position(|call| call == "iam:ListMFADevices")?;
        Some(&self.calls[..=at])
    }
}

fn explained_and_done(drawn: &Drawn) -> Result<(), String> {
    let mut built = Built::new(drawn);
    let (last, before) = drawn.steps.split_last().unwrap();
    for step in before {
        built.wait(drawn, step.after);
        let words = built.words(step);
        done(&built, step, &words);
    }
    built.wait(drawn, last.after);
    let words = built.words(last);
    let before = Mark::now(&built);
    let promised = promised(&built, last, &words)?;
    if Mark::now(&built) != before {
        return Err("explain called AWS".to_owned());
    }
    let switch = done(&built, last, &words);
    let mut real = switch.course.clone();
    // A profile without a role reveals its account, which may be protected, with its session.
    if promised.account.is_none() && drawn.protected && !last.consents {
        if last.asking != Asking::Terminal && !real.succeeds {
            return Ok(());
        }
        real.asks.retain(|name| name != "account_name");
    }
    // Which of several devices is asked when AWS has listed them.
    if promised.course.open_calls().is_some() {
        real.asks.retain(|name| name != "mfa_device");
    }
    let holds = match promised.course.open_calls().filter(|_| !drawn.has_the_device(last)) {
        Some(known) if real.succeeds => real.calls.starts_with(known),
        Some(known) => known.starts_with(&real.calls) || real.calls.starts_with(known),
        None => promised.course.holds(&real, last.asking),
    };
    if holds && real.succeeds && drawn.renews {
        return renews_as_it_says(&mut built, drawn, &switch);
    }
    if holds {
        return Ok(());
    }
    let (promised, text, screen) = (&promised.course, &promised.text, &switch.screen);
    Err(format!(
        "words: {words:?}\npromised: {promised:?}\nreal:     {real:?}\n--- explain\n{text}\n--- switch\n{screen}"
    ))
}

/// What was called so far: permission sets, programs, and requests to STS and IAM.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Mark(usize, usize, usize);

impl Mark {
    fn now(built: &Built) -> Self {
        let portal = built.sso.received("/federation/credentials").len();
        Self(portal, built.program_runs(), built.scene.sts.requests().len())
    }

    /// The calls since then. What comes from elsewhere comes before what STS does with it; a call
    /// that was refused for its duration or for want of MFA is followed by a better one.
    fn calls_since(self, built: &Built) -> Vec<String> {
        let now = Self::now(built);
        let mut calls = vec!["sso:GetRoleCredentials".to_owned(); now.0 - self.0];
        calls.extend(vec!["credential_process".to_owned(); now.1 - self.1]);
        for logged in built.scene.sts.requests().iter().skip(self.2) {
            if logged.outcome == "ok" || logged.action == "ListMFADevices" {
                let is_iam = ["ListMFADevices", "GetUser"].contains(&logged.action.as_str());
                calls.push(format!("{}:{}", if is_iam { "iam" } else { "sts" }, logged.action));
            }
        }
        calls
    }
}

/// What `explain --json` says.
struct Promise {
    course: Course,
    account: Option<String>,
    text: String,
}

fn promised(built: &Built, step: &Step, words: &[String]) -> Result<Promise, String> {
    // Without a terminal `explain` says what a person at one would see, unless told otherwise.
    let options = ["--json", "--no-input"];
    let options = if step.asking == Asking::NoTerminal { &options[..] } else { &options[..1] };
    let (status, stdout, shown) = output(built, step, "explain", options, words);
    let refused = status != 0 && stdout.is_empty();
    let parsed = if refused { Ok(Value::Null) } else { serde_json::from_str::<Value>(&stdout) };
    let value = parsed.map_err(|error| format!("{words:?}: {error}\n{stdout}\n{shown}"))?;
    let list = |name: &str| -> Vec<String> {
        let items = value[name].as_array().into_iter().flatten();
        items.map(|item| item.as_str().unwrap().to_owned()).collect()
    };
    let course = Course { calls: list("calls"), asks: list("asks"), succeeds: status == 0 };
    let account = value["account_id"].as_str().map(str::to_owned);
    Ok(Promise { course, account, text: stdout + &shown })
}

/// Runs a verb as the step says, without an answer to any question.
fn output(
    built: &Built,
    step: &Step,
    verb: &str,
    options: &[&str],
    words: &[String],
) -> (i32, String, String) {
    let mut command = built.scene.world.command([verb]);
    command.args(options).args(words);
    if step.asking == Asking::NoTerminal {
        let ran = run(command, b"").unwrap();
        return (ran.status, ran.stdout, ran.stderr);
    }
    let mut terminal = on_terminal(built, verb, options, words);
    let status = terminal.wait().unwrap();
    (status, terminal.stdout(), terminal.text())
}

fn on_terminal(built: &Built, verb: &str, options: &[&str], words: &[String]) -> Terminal {
    let mut command = Command::new(built.scene.world.program());
    command.arg(verb).args(options).args(words);
    let world = &built.scene.world;
    command.env_clear().envs(world.environment()).current_dir(world.home());
    Terminal::start_captured(command).unwrap()
}

/// A switch that was made.
struct Done {
    course: Course,
    /// The variables that it sets, and those that it unsets as null.
    variables: Value,
    screen: String,
}

/// Makes the switch, answers every question, and gives what happened.
fn done(built: &Built, step: &Step, words: &[String]) -> Done {
    let before = Mark::now(built);
    let json = ["--format", "json"];
    let (status, asks, stdout, screen) = if step.asking == Asking::NoTerminal {
        let (status, stdout, stderr) = output(built, step, "export", &json, words);
        (status, Vec::new(), stdout, stderr)
    } else {
        answered(built, words)
    };
    let calls = before.calls_since(built);
    let variables = serde_json::from_str(&stdout).unwrap_or_default();
    Done { course: Course { calls, asks, succeeds: status == 0 }, variables, screen }
}

/// `ASSUME_ROLE_RENEWABLE` holds: until then the session renews without a question, and not after.
fn renews_as_it_says(built: &mut Built, drawn: &Drawn, switch: &Done) -> Result<(), String> {
    let moment = |name: &str| switch.variables[name].as_str()?.parse::<i64>().ok();
    let Some(expires) = moment("ASSUME_ROLE_EXPIRES").filter(|_| built.has_clock()) else {
        return Ok(());
    };
    let renewable = moment("ASSUME_ROLE_RENEWABLE").unwrap_or(0);
    let is_renewable = |at: i64| renewable > at + MARGIN;
    let mut moments = vec![expires - 600];
    let target = drawn.steps.last().unwrap().target;
    let is_long = expires - built.scene.sts.now().0 > 3700;
    let is_chain = matches!(target, Target::Via | Target::Chain);
    if renewable == 0 && (target == Target::Program || is_long || is_chain) {
        // Nothing is promised: whether a program asks is its own affair, a session of an hour may
        // do in place of a longer one, and a first role that took a code may last for a while.
        return Ok(());
    }
    if drawn.has_sure_end(target) && is_renewable(expires) && renewable < expires + 24 * 3600 {
        // One of the two, since a renewal just before serves just after.
        moments.push(renewable + if drawn.seed.is_multiple_of(2) { -2 * MARGIN } else { MARGIN });
    }
    for at in moments.into_iter().filter(|at| (at - renewable).abs() >= MARGIN) {
        built.wait(drawn, at - built.scene.sts.now().0);
        let mut command = built
            .scene
            .world
            .command(["export", "--format", "json", "ensure", "11m", "--no-input"]);
        for (name, value) in switch.variables.as_object().into_iter().flatten() {
            match value.as_str() {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let ran = run(command, b"").unwrap();
        let renewed = ran.stdout.contains("AWS_ACCESS_KEY_ID");
        if renewed != is_renewable(at) {
            let left = (expires - at, renewable - at);
            return Err(format!(
                "expiry and renewable in {left:?} s, but renewed {renewed}: {ran:?}\n{}",
                switch.screen
            ));
        }
    }
    Ok(())
}

/// Seconds that a test takes at most between two looks at the clock.
const MARGIN: i64 = 120;

/// Words of a question, and its name in `asks`.
const QUESTIONS: [(&str, &str); 5] = [
    ("MFA code", "mfa_code"),
    ("MFA device", "mfa_device"),
    // User and password are one question to `explain`.
    ("Username", "password"),
    ("Password", "password"),
    (", type ", "account_name"),
];

/// No step of a switch takes longer than this.
const LONG: Duration = Duration::from_secs(10);

fn answered(built: &Built, words: &[String]) -> (i32, Vec<String>, String, String) {
    let sign_ons = || built.sso.received("/device_authorization").len();
    let mut signed_on = sign_ons();
    let mut terminal = on_terminal(built, "export", &["--format", "json"], words);
    let started = Instant::now();
    let (mut asks, mut read) = (Vec::new(), 0);
    loop {
        let has_ended = terminal.has_ended().unwrap();
        if sign_ons() > signed_on {
            signed_on = sign_ons();
            asks.push("sign_on".to_owned());
        }
        if has_ended {
            return (terminal.wait().unwrap(), asks, terminal.stdout(), terminal.text());
        }
        let text = terminal.text();
        if let Some(question) = open_question(&text[read..]) {
            let known = QUESTIONS.iter().find(|(words, _)| question.contains(words));
            let name = known.map_or(question, |(_, name)| name);
            if name != "password" || !asks.iter().any(|asked| asked == name) {
                asks.push(name.to_owned());
            }
            terminal.type_line(&answer(built, name, question)).unwrap();
            read = text.len();
        }
        if started.elapsed() > LONG {
            asks.push("a question that is not seen as one".to_owned());
            return (-1, asks, String::new(), text);
        }
        std::thread::sleep(Duration::from_millis(3));
    }
}

/// The line without an end that waits for an answer.
fn open_question(text: &str) -> Option<&str> {
    let line = text.rsplit('\n').next()?;
    [": ", "? "].iter().any(|end| line.ends_with(end)).then(|| line.trim())
}

fn answer(built: &Built, name: &str, question: &str) -> String {
    let last = || question.rsplit(' ').next().unwrap().trim_end_matches(':');
    match name {
        "mfa_code" => {
            let serial = question.split(' ').find(|word| word.starts_with("arn:"));
            built.scene.sts.mfa_code(serial.expect(question).trim_end_matches(':'))
        }
        "mfa_device" => "1".to_owned(),
        "account_name" => last().to_owned(),
        _ => "luke".to_owned(),
    }
}
