//! The table of `key_table.txt`: our result beside botocore's, and each difference has to be one.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};

use super::boto3::without_name;
use super::console_sign_in::{ALICE, keep};
use crate::fake_aws::console_sign_in::ConsoleSignIn;
use crate::fake_aws::machine::Machine;
use crate::fake_aws::sso::Sso;
use crate::fake_aws::sts::{Logged, Proof, Role, Trust, User};
use crate::scenes::{BASTION, PRODUCTION, Scene, with_user};
use crate::second_opinion::python;
use crate::support::process;

const START: &str = "https://corp.awsapps.com/start";

/// A part of the table.
#[derive(Default)]
struct Row<'a> {
    title: &'a str,
    verdict: &'a str,
    config: String,
    credentials: String,
    environment: Vec<(&'a str, &'a str)>,
}

impl<'a> Row<'a> {
    fn all(table: &'a str) -> Vec<Self> {
        table.split("\n== ").skip(1).map(Self::new).collect()
    }

    fn new(text: &'a str) -> Self {
        let (head, body) = text.split_once('\n').unwrap();
        let (title, verdict) = head.split_once(": ").unwrap();
        let mut row = Self { title, verdict, ..Self::default() };
        let mut place = "(config)";
        for line in body.lines().filter(|line| !line.is_empty()) {
            match (line, place) {
                ("(credentials)" | "(environment)", _) => place = line,
                (_, "(environment)") => row.environment.push(line.split_once('=').unwrap()),
                (_, "(credentials)") => row.credentials += &format!("{line}\n"),
                _ => row.config += &format!("{line}\n"),
            }
        }
        row
    }

    /// Whether the profile `x` is the target, not only what a role is assumed from.
    fn has_profile(&self) -> bool {
        self.config.contains("[profile x]") || self.credentials.contains("[x]")
    }

    fn has_device(&self) -> bool {
        self.config.contains("mfa_serial")
    }
}

/// A home with one row in it, and the servers that it needs.
struct Home {
    scene: Scene,
    _servers: (Sso, ConsoleSignIn, Option<Machine>),
}

impl Home {
    fn new(row: &Row<'_>) -> Self {
        let user = User::new(BASTION, "alice");
        let mut scene = with_user(if row.has_device() { user.mfa("alice") } else { user });
        let first = Role::new(PRODUCTION, "first").max_session(43200);
        let (issuer, text) = ("https://issuer.example", "the.token.text");
        let by_pod = row.config.contains("role/pod")
            || row.environment.iter().any(|(name, _)| *name == "AWS_ROLE_ARN");
        let pod = format!("arn:aws:iam::{PRODUCTION}:role/pod");
        let trust = if by_pod { Trust::arn(&pod) } else { Trust::account(BASTION) };
        scene.sts.add_role(first.trusts(trust));
        scene.sts.add_role(Role::new(PRODUCTION, "pod").trusts(Trust::arn(issuer)));
        scene.sts.add_proof(Proof {
            text: text.to_owned(),
            provider: issuer.to_owned(),
            subject: "pod".to_owned(),
            session_name: String::new(),
            expired: false,
        });
        let machine = Role::new(BASTION, "machine").trusts(Trust::account(BASTION));
        scene.sts.add_role(machine.clone());
        let sso = signed_on(&mut scene, &machine);
        let console = signed_in(&mut scene, row);
        let filled = filler(&scene, &machine, row);
        scene.world.config(&filled(&row.config)).unwrap();
        let base = filled("[base]\n<KEYS>\n");
        scene.world.credentials(&(base + &filled(&row.credentials))).unwrap();
        scene.world.set("AWS_DEFAULT_REGION", "eu-west-1");
        let mut server = None;
        for (name, value) in &row.environment {
            match (*name, filled(value).as_str()) {
                ("MACHINE", _) => {
                    let started = Machine::start(scene.sts.issue(&machine, "of-machine"));
                    for (name, value) in started.variables() {
                        scene.world.set(name, value);
                    }
                    scene.world.unset("AWS_EC2_METADATA_DISABLED");
                    server = Some(started);
                }
                (name, "") => scene.world.unset(name),
                (name, value) => scene.world.set(name, value),
            }
        }
        Self { scene, _servers: (sso, console, server) }
    }

    /// Who we are, and the request for it; `None` for a refusal.
    fn ours(&self, row: &Row<'_>) -> Option<(String, Option<Vec<String>>)> {
        let scene = &self.scene;
        let has_program = row.config.contains("mfa_process");
        let code = (row.has_device() && !has_program).then(|| scene.code());
        let target = if row.has_profile() { &["x"][..] } else { &["production", "first"] };
        let words: Vec<&str> = target.iter().copied().chain(code.as_deref()).collect();
        if scene.export(&words).status != 0 {
            return None;
        }
        Some(match row.has_profile() {
            true => (scene.who(&scene.switch(target)), self.request()),
            false => (scene.sts.last("AssumeRole").unwrap().caller.unwrap(), None),
        })
    }

    fn for_botocore(&self, row: &Row<'_>) -> Value {
        let variables = self.scene.world.environment().iter();
        let text = |text: &std::ffi::OsString| text.to_str().unwrap().to_owned();
        let mut environment: BTreeMap<_, _> =
            variables.map(|(name, value)| (text(name), text(value))).collect();
        if row.has_device() {
            environment.entry("CODE".to_owned()).or_insert_with(|| self.scene.code());
        }
        json!({"environment": environment, "profile": row.has_profile().then_some("x")})
    }

    /// What the last request for a role said, but for what each program makes up.
    fn request(&self) -> Option<Vec<String>> {
        let requests = self.scene.sts.requests();
        let last = requests.iter().rev().find(|logged| logged.action.starts_with("AssumeRole"))?;
        let text = |name: &str| last.get(name).unwrap_or_default().to_owned();
        let seconds = last.get("DurationSeconds").unwrap_or("3600").to_owned();
        let name = text("RoleSessionName");
        let name = if name == "me" { name } else { String::new() };
        let Logged { region, host, .. } = last;
        let place = [region.clone().unwrap_or_default(), host.clone()];
        // A code goes with GetSessionToken here, so that one serves all roles.
        let said = [text("RoleArn"), text("ExternalId"), seconds, name];
        Some(said.into_iter().chain(place).collect())
    }
}

/// A portal that gives a permission set, and the token for it.
fn signed_on(scene: &mut Scene, role: &Role) -> Sso {
    let sso = Sso::start().unwrap();
    sso.add_token("kept");
    sso.assign(PRODUCTION, "Read", scene.sts.issue(role, "of-sso"));
    scene.world.set("AWS_ENDPOINT_URL_SSO", sso.url());
    scene.world.set("AWS_ENDPOINT_URL_SSO_OIDC", sso.url());
    let kept = json!({
        "startUrl": START, "region": "eu-west-1", "accessToken": "kept", "expiresAt": "2099-01-01T00:00:00Z"
    });
    for hash in
        ["ee0bfd2552fbd840c02cc48b6e823320543c450f", "a51746d4aa793ae07b25e90c3a5db96fc7832bd7"]
    {
        scene.world.write(&format!(".aws/sso/cache/{hash}.json"), kept.to_string()).unwrap();
    }
    sso
}

/// A sign-in to the console that is kept, and the service that renews it.
fn signed_in(scene: &mut Scene, row: &Row<'_>) -> ConsoleSignIn {
    let keys = [(); 2].map(|()| scene.sts.issue_sign_in(ALICE, BASTION));
    let service = ConsoleSignIn::start(keys).unwrap();
    service.user_is(ALICE);
    scene.world.set("AWS_ENDPOINT_URL_SIGNIN", service.url());
    let ended = row.title.contains("renewed");
    keep(scene, &service.sign_in(if ended { -60 } else { 600 }));
    service
}

/// Puts the values of a home in place of their names.
fn filler(scene: &Scene, machine: &Role, row: &Row<'_>) -> impl Fn(&str) -> String + use<> {
    let temporary = scene.sts.issue(machine, "of-file");
    let (id, secret) = (scene.key.id.clone(), scene.key.secret.clone());
    let keys = |id: &str, secret: &str| {
        format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}")
    };
    let answer = json!({"Version": 1, "AccessKeyId": id, "SecretAccessKey": secret}).to_string();
    let at = |name: &str, text: &str| scene.world.write(name, text).unwrap().display().to_string();
    let arn = format!("role_arn = arn:aws:iam::{PRODUCTION}:role/first");
    let code = if row.config.contains("<CODE>") { scene.code() } else { String::new() };
    let values = [
        ("<KEYS>", keys(&id, &secret)),
        ("<OTHER>", at("other", &format!("[default]\n{}\n", keys(&id, &secret)))),
        ("<ID>", id),
        ("<SECRET>", secret),
        ("<TEMPORARY>", keys(&temporary.key_id, &temporary.secret)),
        ("<TEMPORARY ID>", temporary.key_id),
        ("<TEMPORARY SECRET>", temporary.secret),
        ("<TOKEN>", temporary.token),
        ("<ROLE>", format!("{arn}\nsource_profile = base")),
        ("<ARN>", arn),
        ("<PORTAL>", format!("sso_start_url = {START}\nsso_region = eu-west-1")),
        ("<PERMISSION>", format!("sso_account_id = {PRODUCTION}\nsso_role_name = Read")),
        ("<DEVICE>", format!("arn:aws:iam::{BASTION}:mfa/alice")),
        ("<ANSWER>", at("answer", &answer)),
        ("<PROOF>", at("proof", "the.token.text")),
        ("<CODE>", at("code", &code)),
        ("<SIGN-IN>", format!("login_session = {ALICE}")),
        ("<STS>", scene.sts.url()),
    ];
    move |text| values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
}

#[test]
fn every_key_and_variable_beside_botocore() {
    let rows = Row::all(include_str!("key_table.txt"));
    let homes: Vec<Home> = rows.iter().map(Home::new).collect();
    let ours: Vec<_> = homes.iter().zip(&rows).map(|(home, row)| home.ours(row)).collect();
    let Some((path, script)) = python("identity_by_row.py") else { return };
    let mut command = Command::new(path);
    command.arg(script);
    let asked = homes.iter().zip(&rows).map(|(home, row)| home.for_botocore(row));
    let asked = json!(asked.collect::<Vec<_>>()).to_string();
    let ran = process::run(command, asked.as_bytes()).unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
    let theirs: Vec<String> = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(theirs.len(), rows.len());
    let mut wrong = Vec::new();
    for (((row, home), ours), said) in rows.iter().zip(&homes).zip(ours).zip(theirs) {
        let request = home.request().filter(|_| row.has_profile());
        let theirs = said.starts_with("arn:").then(|| (without_name(&said).to_owned(), request));
        let ours = ours.map(|(arn, request)| (without_name(&arn).to_owned(), request));
        let holds = match row.verdict.split(':').next().unwrap() {
            "same" => ours == theirs && ours.is_some(),
            "refused" => ours.is_none() && theirs.is_none(),
            "differs" => ours != theirs,
            other => panic!("{other} is no verdict"),
        };
        if !holds {
            wrong.push(format!(
                "{}: {}:\n  ours   {ours:?}\n  theirs {theirs:?} {said}",
                row.title, row.verdict
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows.len() > 40, "{} rows", rows.len());
}
