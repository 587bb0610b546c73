//! A reader who types what a page says: an interactive bash in the playground's world.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::device::SERIAL;
use super::places::Places;
use super::stage::{PRODUCTION, STAGING, Stage};
use crate::fake_aws::identity_provider::{Answer as Response, Idp};
use crate::fake_aws::sign_in::SignIn;
use crate::fake_aws::sso::Sso;
use crate::fake_aws::sts::{Proof, Role, Trust};
use crate::sources::saml;
use crate::support::failure::{Failure, Outcome};
use crate::support::process::PATIENCE;
use crate::support::terminal::Terminal;

/// Programs that a page runs with a role. Here they only look whether they were given one, or a
/// profile; what real ones make of it is tested with boto3 and the AWS CLI elsewhere.
const STAND_INS: [&str; 7] = ["aws", "cdk", "docker", "kubectl", "terraform", "tofu", "xdg-open"];
/// A security key, which shows what the device of the user shows.
const YKMAN: &str = "#!/bin/sh\ncat $PLAYGROUND_DEVICE.code\n";
const STAND_IN: &str = "#!/bin/sh\nfor word; do [ -z \"${word%%*--profile*}\" ] && exit 0; done\n\
                        [ -n \"$AWS_ACCESS_KEY_ID$AWS_PROFILE$AWS_CONFIG_FILE\" ] || [ \"${0##*/}\" != aws ]\n";

/// What the program may ask, and what a reader answers; a code is made anew each time.
const QUESTIONS: [(&str, Answer); 4] = [
    ("MFA code of", Answer::Code),
    ("type production:", Answer::Line("production")),
    ("type prod:", Answer::Line("prod")),
    ("Enter", Answer::Line("")),
];

#[derive(Clone, Copy)]
enum Answer {
    Code,
    Line(&'static str),
}

/// Where a page sends a reader who logs in, and the response that is given there.
const LOGIN: &str = "https://idp.example.com/login";

/// The shell of one page.
pub struct Session {
    pub stage: Stage,
    terminal: Terminal,
    seen: usize,
    identity_provider: Idp,
    places: Places,
}

impl Session {
    pub fn start() -> Outcome<Self> {
        let mut stage = Stage::set(Path::new(env!("CARGO_BIN_EXE_assume-role")))?;
        stage.world.set("TERM", "dumb");
        stage.world.set("NO_COLOR", "1");
        stage.world.set("AWS_ENDPOINT_URL_SIGNIN", SignIn::start()?.url());
        sign_on(&mut stage)?;
        let identity_provider = identity_provider(&stage);
        let places = Places::set(&stage)?;
        let stand_ins =
            STAND_INS.map(|name| (name, STAND_IN)).into_iter().chain([("ykman", YKMAN)]);
        for (name, text) in stand_ins {
            let path = stage.world.bin().join(name);
            std::fs::write(&path, text)?;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        }
        std::fs::write(stage.world.root().join("device.code"), stage.sts.mfa_code(SERIAL))?;
        let mut command = Command::new("bash");
        command.args(["--noprofile", "-i"]);
        stage.world.write(
            ".bashrc",
            "PS1='@@$?@@'\nHISTFILE=\neval \"$(assume-role init bash --prompt none)\"\n",
        )?;
        let terminal = stage.world.terminal_of(command)?;
        let mut session = Self { stage, terminal, seen: 0, identity_provider, places };
        session.finish()?;
        Ok(session)
    }

    /// Types a command, answers what it asks, and gives the lines that it showed and its status.
    pub fn run(&mut self, command: &str) -> Outcome<(Vec<String>, String)> {
        // As a file, so that the terminal echoes none of it.
        let script = self.stage.world.root().join("typed");
        let command = command.replace(LOGIN, &self.identity_provider.url());
        std::fs::write(&script, format!("{command}\n"))?;
        self.terminal.type_line(&format!(". {}", script.display()))?;
        let (shown, status) = self.finish()?;
        let shown = shown.split_once('\n').map_or("", |(_, rest)| rest);
        let lines = shown.lines().map(|line| self.plain(line)).filter(|line| !is_of_world(line));
        let mut lines: Vec<String> = lines.collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        Ok((lines, status))
    }

    /// Makes this shell one of that place, in which no key is in a file.
    pub fn enter(&mut self, place: &str) -> Outcome<()> {
        for (name, value) in self.places.variables(place)? {
            self.run(&format!("export {name}='{value}'"))?;
        }
        Ok(())
    }

    /// Takes the variables of that place away.
    pub fn leave(&mut self, place: &str) -> Outcome<()> {
        for (name, _) in self.places.variables(place)? {
            self.run(&format!("unset {name}"))?;
        }
        Ok(())
    }

    /// Waits for the prompt.
    fn finish(&mut self) -> Outcome<(String, String)> {
        let deadline = Instant::now() + PATIENCE;
        let start = self.seen;
        let mut answered = start;
        loop {
            let bytes = self.terminal.bytes();
            let text = String::from_utf8_lossy(&bytes[start..]).into_owned();
            if let Some((shown, status)) = text.strip_suffix("@@").and_then(|text| {
                let (shown, status) = text.rsplit_once("@@")?;
                status.parse::<u8>().ok().map(|_| (shown, status))
            }) {
                self.seen = bytes.len();
                return Ok((shown.replace('\r', ""), status.to_owned()));
            }
            let fresh = String::from_utf8_lossy(&bytes[answered..]).into_owned();
            // The code is typed behind the whole question, as a person would.
            let question = QUESTIONS.iter().find(|(question, answer)| {
                let is_whole = !matches!(answer, Answer::Code) || fresh.ends_with(": ");
                fresh.contains(question) && is_whole
            });
            if let Some((_, answer)) = question {
                answered = bytes.len();
                match answer {
                    Answer::Code => {
                        let code = self.stage.sts.mfa_code(SERIAL);
                        self.terminal.type_line(&code)?;
                    }
                    Answer::Line(line) => self.terminal.type_line(line)?,
                }
            } else if Instant::now() > deadline {
                return Err(Failure(format!("it hung; there was:\n{text}")));
            } else {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// A line as a reader has it: their home is `~`, and colour is no part of the text.
    fn plain(&self, line: &str) -> String {
        let mut out = String::new();
        let mut rest = line.chars();
        while let Some(character) = rest.next() {
            if character == '\u{1b}' {
                rest.by_ref().find(char::is_ascii_alphabetic);
            } else {
                out.push(character);
            }
        }
        let home = self.stage.world.home();
        out.replace(&path_text(&home), "~").trim_end().to_owned()
    }
}

/// An Identity Center that the user is signed on to, with the sign-on where the AWS CLI keeps it.
fn sign_on(stage: &mut Stage) -> Outcome<()> {
    let sso = Sso::start()?;
    stage.world.set("AWS_ENDPOINT_URL_SSO", sso.url());
    stage.world.set("AWS_ENDPOINT_URL_SSO_OIDC", sso.url());
    sso.add_token("signed-on");
    for (account, name) in [(STAGING, "Staging"), (PRODUCTION, "Production")] {
        sso.name_account(account, name);
        let role = Role::new(account, "ReadOnly");
        stage.sts.add_role(role.clone());
        sso.assign(account, "ReadOnly", stage.sts.issue(&role, "alice@example.com"));
    }
    let sign_on = serde_json::json!({
        "startUrl": "https://corp.awsapps.com/start",
        "region": "eu-west-1",
        "accessToken": "signed-on",
        "expiresAt": "2099-01-01T00:00:00Z",
    });
    // The name of the file is the SHA-1 of "corp".
    let file = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
    stage.world.write(file, sign_on.to_string())?;
    Ok(())
}

/// A provider whose response gives `engineer` in production.
fn identity_provider(stage: &Stage) -> Idp {
    let provider = format!("arn:aws:iam::{PRODUCTION}:saml-provider/idp");
    let xml = saml::response(&["engineer"], saml::now(), saml::AUDIENCE)
        .replace("123456789012", PRODUCTION);
    let text = STANDARD.encode(xml);
    stage.sts.add_role(Role::new(PRODUCTION, "engineer").trusts(Trust::arn(&provider)));
    stage.sts.add_proof(Proof {
        text: text.clone(),
        provider,
        subject: "luke".to_owned(),
        session_name: "luke@example.com".to_owned(),
        expired: false,
    });
    Idp::start(Response::assertion(&text))
}

/// What is said because the services are asked on this machine.
fn is_of_world(line: &str) -> bool {
    line.starts_with("note: ") && line.contains("http://127.0.0.1:")
}

fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
