//! The playground without a person: a story in a real bash on a terminal, with the transcript as it
//! appeared.

use std::io::Write;
use std::process::Command;

use crate::device::SERIAL;
use crate::stage::{PRODUCTION, STAGING, Stage};
use crate::support::failure::{Failure, Outcome};
use crate::support::shells::Shell;
use crate::support::terminal::Terminal;

const PROMPT: &str = "playground$ ";
const QUESTION: &str = "MFA code of";

/// One command and what must come of it.
struct Step {
    /// What is shown with it, for the reader; empty when it belongs to the step before.
    title: &'static str,
    /// What is typed.
    command: &'static str,
    /// Whether it asks for a code, which is then typed.
    asks: bool,
    /// What it must show.
    shows: Vec<String>,
}

/// Plays the story and prints it.
///
/// # Errors
/// At the first step that does not come out right, or when there is no bash.
pub fn tell(mut stage: Stage, out: &mut impl Write) -> Outcome<()> {
    let bash = which::which("bash").map_err(|_| Failure("the story needs bash".to_owned()))?;
    stage.write_rc(Shell::Bash)?;
    // A terminal that can do nothing, so that the transcript is plain text.
    stage.world.set("TERM", "dumb");
    let mut command = Command::new(bash);
    command.args(["--noprofile", "-i"]);
    let mut terminal = stage.world.terminal_of(command)?;
    terminal.wait_for(PROMPT)?;
    for step in steps() {
        if !step.title.is_empty() {
            writeln!(out, "\n# {}", step.title)?;
        }
        let shown = play(&step, &stage, &mut terminal)?;
        write!(out, "{PROMPT}{shown}")?;
        out.flush()?;
        if let Some(missing) = step.shows.iter().find(|text| !shown.contains(text.as_str())) {
            return Err(Failure(format!("`{}` did not show '{missing}'", step.command)));
        }
    }
    let codes =
        stage.sts.requests().iter().filter(|request| request.get("TokenCode").is_some()).count();
    if codes != 1 {
        return Err(Failure(format!(
            "one MFA code was to serve the whole story, and AWS was sent {codes}"
        )));
    }
    terminal.type_line("exit")?;
    terminal.wait()?;
    drop(stage);
    Ok(writeln!(
        out,
        "\n# Every step came out right, with one MFA code; nothing of the playground is left."
    )?)
}

fn play(step: &Step, stage: &Stage, terminal: &mut Terminal) -> Outcome<String> {
    terminal.type_line(step.command)?;
    let mut shown = String::new();
    if step.asks {
        shown = terminal.wait_for(QUESTION)? + QUESTION;
        terminal.type_line(&stage.sts.mfa_code(SERIAL))?;
    }
    shown += &terminal.wait_for(PROMPT)?;
    Ok(shown.replace('\r', ""))
}

fn steps() -> Vec<Step> {
    let step = |title, command, shows: &[String]| Step {
        title,
        command,
        asks: false,
        shows: shows.to_vec(),
    };
    let arn =
        |account: &str, role: &str| [format!("arn:aws:sts::{account}:assumed-role/{role}/alice")];
    let mut first = step(
        "A first role takes one MFA code.",
        "assume-role production read",
        &["production:read".into()],
    );
    first.asks = true;
    vec![
        first,
        step("AWS agrees: these keys are that role.", "identity", &arn(PRODUCTION, "read")),
        step(
            "A second role takes no code.",
            "assume-role staging admin",
            &["staging:admin".into()],
        ),
        step("", "identity", &arn(STAGING, "admin")),
        step(
            "A role that does not trust alice says so,",
            "assume-role production ops/deploy",
            &[format!("arn:aws:iam::{PRODUCTION}:role/ops/deploy"), "trust policy".into()],
        ),
        step(
            "and the shell is what it was.",
            "echo \"status $?, still $AWS_ACCOUNT_NAME:$AWS_ACCOUNT_ROLE\"",
            &["status 4, still staging:admin".into()],
        ),
        step("", "identity", &arn(STAGING, "admin")),
        step(
            "One command has another role;",
            "assume-role exec production read -- identity",
            &arn(PRODUCTION, "read"),
        ),
        step("the shell keeps its own.", "identity", &arn(STAGING, "admin")),
        step(
            "Why a switch would do what it does, without a question.",
            "assume-role explain production admin",
            &[
                format!("arn:aws:iam::{PRODUCTION}:role/admin"),
                "no question".into(),
                "~/.aws/accounts:4".into(),
            ],
        ),
        step("The way back.", "assume-role leave", &[]),
        step("", "echo \"keys: ${AWS_ACCESS_KEY_ID:-none}\"", &["keys: none".into()]),
    ]
}
