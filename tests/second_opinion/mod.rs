//! The walkthroughs that people follow to assume a role, with this program in place of the commands
//! they type, in a real bash, against moto with AWS's rules in it. boto3 and the AWS CLI say who
//! the shell has become.

mod files;
mod keys;
mod login;
mod moto;
mod policies;
mod regions;
mod saml;
mod token;

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::process::{self, Ran};
use crate::support::world::World;
use moto::Moto;

/// The Python of the tests and a script of theirs; `None` (and a word on standard error) without
/// one.
pub fn python(script: &str) -> Option<(std::path::PathBuf, std::path::PathBuf)> {
    Some((moto::python_path()?, moto::script(script)))
}

type Variables = BTreeMap<String, String>;

/// A server, a home, and the users whose keys the home has.
struct Story {
    moto: Moto,
    world: World,
    users: Value,
}

impl Story {
    /// `None` (and a word on standard error) where there is no Python for the server.
    fn begin(accounts: &Value) -> Option<Self> {
        let moto = Moto::start()?;
        let users = moto.make(accounts);
        let mut world = World::new(env!("CARGO_BIN_EXE_assume-role")).unwrap();
        for service in ["STS", "IAM", "S3"] {
            world.set(&format!("AWS_ENDPOINT_URL_{service}"), moto.url());
        }
        world.set("AWS_REGION", "eu-west-1");
        let aws = moto::python_path()?.with_file_name("aws");
        std::os::unix::fs::symlink(aws, world.bin().join("aws")).unwrap();
        Some(Self { moto, world, users })
    }

    /// Writes a user's keys into `~/.aws/credentials`, under this profile.
    fn keys(&self, profile: &str, user: &Value) {
        let (id, secret) = (user["id"].as_str().unwrap(), user["secret"].as_str().unwrap());
        let text =
            format!("[{profile}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
        self.world.credentials(&text).unwrap();
    }

    /// Runs a script in a bash that has loaded the integration.
    fn loaded(&self, session: &Variables, script: &str) -> (Ran, Variables) {
        self.bash(session, &format!("eval \"$(assume-role init bash)\"\n{script}"))
    }

    /// Runs a script in a bash that starts with the variables of `session`. Its environment at the
    /// end comes back.
    fn bash(&self, session: &Variables, script: &str) -> (Ran, Variables) {
        let mut command = self.world.command_of("bash");
        let file = self.world.root().join("environment");
        let script = format!("trap 'env -0 >\"{}\"' EXIT\n{script}", file.display());
        command.args(["--norc", "--noprofile", "-c", &script]).envs(session);
        let ran = process::run(command, b"").unwrap();
        let text = std::fs::read_to_string(file).unwrap();
        let pairs = text.split('\0').filter_map(|pair| pair.split_once('='));
        let ours =
            pairs.filter(|(name, _)| name.starts_with("AWS_") || name.starts_with("ASSUME_ROLE_"));
        (ran, ours.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// What boto3 makes of the variables: the identity, or AWS's words.
    fn identity(&self, session: &Variables) -> Result<Value, String> {
        let mut command = self.world.command_of(moto::python_path().unwrap());
        command.arg(moto::script("identity.py")).envs(session);
        let ran = process::run(command, b"").unwrap();
        if ran.status == 0 {
            Ok(serde_json::from_str(&ran.stdout).unwrap())
        } else {
            Err(ran.stderr)
        }
    }

    fn arn(&self, session: &Variables) -> String {
        self.identity(session).unwrap()["Arn"].as_str().unwrap().to_owned()
    }

    /// The AWS CLI with these words and variables.
    fn aws(&self, session: &Variables, words: &str) -> Ran {
        let mut command: Command = self.world.command_of("aws");
        command.args(words.split(' ')).envs(session);
        process::run(command, b"").unwrap()
    }
}

fn trust(principal: &Value) -> Value {
    trust_of("sts:AssumeRole", principal)
}

fn trust_of(action: &str, principal: &Value) -> Value {
    json!({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": action}]})
}

fn allow(action: &str, resource: &str) -> Value {
    json!({"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})
}

/// A user is denied a role, is named in its trust policy, assumes it, and may write to the bucket.
#[test]
fn a_role_opens_once_it_trusts_the_user() {
    let account = "123456789012";
    let service = trust(&json!({"Service": "ec2.amazonaws.com"}));
    let Some(story) = Story::begin(&json!({account: {
        "users": {"aws_cli_test": {"policy": allow("s3:List*", "*")}},
        "roles": {"S3_Full_Access": {"trust": service, "policy": allow("s3:*", "*")}},
        "buckets": ["a.demo.bucket"],
    }})) else {
        return;
    };
    story.keys("default", &story.users[account]["aws_cli_test"]);
    story.world.write("testfile.txt", "hello").unwrap();
    let put = "s3 cp testfile.txt s3://a.demo.bucket/testfile.txt";
    let no_keys = Variables::new();
    assert!(story.aws(&no_keys, put).stderr.contains("AccessDenied"));

    let assume = "assume-role 123456789012 S3_Full_Access";
    let (_, before) = story.bash(&no_keys, "true");
    let (denied, after) = story.loaded(&no_keys, assume);
    assert_eq!(denied.status, 4, "{denied:?}");
    assert_eq!(before, after);
    for name in ["user/aws_cli_test", "role/S3_Full_Access"] {
        assert!(denied.stderr.contains(name), "{denied:?}");
    }

    let user = trust(&json!({"AWS": "arn:aws:iam::123456789012:user/aws_cli_test"}));
    story.moto.make(&json!({account: {"roles": {"S3_Full_Access": {"trust": user}}}}));
    let (assumed, session) =
        story.loaded(&no_keys, &format!("{assume} && aws sts get-caller-identity"));
    assert_eq!(assumed.status, 0, "{assumed:?}");
    let role = "arn:aws:sts::123456789012:assumed-role/S3_Full_Access/aws_cli_test";
    assert!(assumed.stdout.contains(role), "{assumed:?}");
    assert_eq!(story.arn(&session), role);
    let written = story.aws(&session, put);
    assert_eq!(written.status, 0, "{written:?}");
}

/// A user without any permission of its own assumes a role that names it; the keys end after an
/// hour.
#[test]
fn keys_of_a_role_end_after_their_duration() {
    let account = "641879703613";
    let Some(mut story) = Story::begin(&json!({account: {
        "users": {"learnaws-test-user": {}},
        "buckets": ["my-learnaws-test-bucket"],
    }})) else {
        return;
    };
    story.keys("default", &story.users[account]["learnaws-test-user"]);
    let no_keys = Variables::new();
    assert!(story.aws(&no_keys, "s3 ls").stderr.contains("AccessDenied"));
    let user = trust(&json!({"AWS": "arn:aws:iam::641879703613:user/learnaws-test-user"}));
    let role = json!({"trust": user, "policy": allow("s3:ListAllMyBuckets", "*")});
    story.moto.make(&json!({account: {"roles": {"s3-read-only-assume-role": role}}}));

    let (assumed, session) =
        story.loaded(&no_keys, "assume-role 641879703613 s3-read-only-assume-role");
    assert_eq!(assumed.status, 0, "{assumed:?}");
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        assert!(!session[name].is_empty(), "{name}");
    }
    assert!(story.arn(&session).contains(":assumed-role/s3-read-only-assume-role/"));
    assert!(story.aws(&session, "s3 ls").stdout.contains("my-learnaws-test-bucket"));

    story.moto.wind(3000);
    assert!(story.identity(&session).is_ok());
    story.moto.wind(700);
    assert!(story.identity(&session).unwrap_err().contains("ExpiredToken"));
    assert!(story.aws(&session, "s3 ls").stderr.contains("ExpiredToken"));
}

const BASTION: &str = "098765432109";
const PRODUCTION: &str = "123456789012";

/// The bastion of the old script's README: users in one account, roles that want MFA in the others.
fn bastion() -> Option<(Story, Value)> {
    let wants_mfa = json!({"Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::098765432109:root"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "Bool": {"aws:SecureTransport": "true", "aws:MultiFactorAuthPresent": "true"},
            "NumericLessThan": {"aws:MultiFactorAuthAge": "54000"},
        },
    }]});
    let by_read = trust(&json!({"AWS": "arn:aws:iam::123456789012:role/read"}));
    let read = json!({"trust": wants_mfa, "max": 43200, "policy": allow("sts:AssumeRole", "*")});
    let mut story = Story::begin(&json!({
        BASTION: {
            "groups": {"assume-read": allow("sts:AssumeRole", "arn:aws:iam::*:role/read")},
            "users": {"luke": {"mfa": true, "groups": ["assume-read"]}},
            "roles": {"read": {"trust": wants_mfa}},
        },
        PRODUCTION: {"roles": {"read": read, "admin": {"trust": wants_mfa}, "next": {"trust": by_read, "max": 43200}}},
        "210987654321": {"roles": {"read": {"trust": wants_mfa}}},
    }))?;
    let luke = story.users[BASTION]["luke"].clone();
    story.keys("bastion", &luke);
    story.world.set("AWS_PROFILE_ASSUME_ROLE", "bastion");
    let accounts = json!({"default": BASTION, "staging": "210987654321", "production": PRODUCTION});
    story.world.accounts(&accounts.to_string()).unwrap();
    Some((story, luke))
}

/// The line of the old README, without the integration, and unquoted as it stands there.
#[test]
fn the_old_eval_line_still_works() {
    let Some((story, luke)) = bastion() else { return };
    let no_keys = Variables::new();
    let (_, before) = story.bash(&no_keys, "true");
    let (wrong, after) = story.bash(&no_keys, "eval $(assume-role 123456789012 read 000000)");
    assert_eq!((wrong.status, after), (4, before), "{wrong:?}");
    let line = format!("eval $(assume-role 123456789012 read {})", story.moto.code(&luke, 0));
    let (assumed, session) = story.bash(&no_keys, &line);
    assert_eq!(assumed.status, 0, "{assumed:?}");
    assert_eq!(story.arn(&session), "arn:aws:sts::123456789012:assumed-role/read/luke");
    assert_eq!(session["AWS_ACCOUNT_NAME"], "123456789012");
}

/// One code opens every account by its alias; a refused role leaves the shell where it was.
#[test]
fn one_code_serves_every_account_of_the_bastion() {
    let Some((story, luke)) = bastion() else { return };
    let first = format!("assume-role production read {}", story.moto.code(&luke, 0));
    let (assumed, production) = story.loaded(&Variables::new(), &first);
    assert_eq!(assumed.status, 0, "{assumed:?}");
    assert_eq!(story.arn(&production), "arn:aws:sts::123456789012:assumed-role/read/luke");
    let named = |session: &Variables| {
        format!("{}:{}", session["AWS_ACCOUNT_NAME"], session["AWS_ACCOUNT_ROLE"])
    };
    assert_eq!(named(&production), "production:read");

    for (alias, account) in [("staging", "210987654321"), ("default", BASTION)] {
        let (assumed, session) = story.loaded(&production, &format!("assume-role {alias} read"));
        assert_eq!(assumed.status, 0, "{assumed:?}");
        assert_eq!(story.arn(&session), format!("arn:aws:sts::{account}:assumed-role/read/luke"));
        assert_eq!(named(&session), format!("{alias}:read"));
    }
    assert_eq!(story.moto.hits()["GetSessionToken"], 1);

    let (denied, after) = story.loaded(&production, "assume-role production admin");
    assert_eq!(denied.status, 4, "{denied:?}");
    assert!(denied.stderr.contains("role/admin"), "{denied:?}");
    assert_eq!(after, production);
    assert_eq!(story.arn(&after), "arn:aws:sts::123456789012:assumed-role/read/luke");
}

/// Twelve hours with a code of their own; what is chained from them gets the one hour that AWS
/// gives.
#[test]
fn twelve_hours_straight_and_one_hour_chained() {
    let Some((mut story, luke)) = bastion() else { return };
    story.world.set("AWS_ROLE_SESSION_TIMEOUT", "43200");
    let script = format!("assume-role production read {}", story.moto.code(&luke, 0));
    let (assumed, session) = story.loaded(&Variables::new(), &script);
    assert_eq!(assumed.status, 0, "{assumed:?}");

    let key = |name: &str| session[name].as_str();
    let text = format!(
        "[chain]\naws_access_key_id = {}\naws_secret_access_key = {}\naws_session_token = {}\n",
        key("AWS_ACCESS_KEY_ID"),
        key("AWS_SECRET_ACCESS_KEY"),
        key("AWS_SESSION_TOKEN")
    );
    story.world.credentials(&text).unwrap();
    story.world.set("AWS_PROFILE_ASSUME_ROLE", "chain");
    let call =
        "sts assume-role --role-arn arn:aws:iam::123456789012:role/next --role-session-name luke";
    let refused = story.aws(&session, &format!("{call} --duration-seconds 43200"));
    let limit = "exceeds the 1 hour session limit for roles assumed by role chaining";
    assert!(refused.stderr.contains(limit), "{refused:?}");
    let (chained, next) = story.loaded(&Variables::new(), "assume-role production next");
    assert_eq!(chained.status, 0, "{chained:?}");
    assert!(story.arn(&next).contains(":assumed-role/next/"));
    assert!(chained.stderr.contains("1h"), "the shorter session is reported: {chained:?}");

    story.moto.wind(3700);
    assert!(story.identity(&next).unwrap_err().contains("ExpiredToken"));
    story.moto.wind(10 * 3600);
    assert_eq!(story.arn(&session), "arn:aws:sts::123456789012:assumed-role/read/luke");
    story.moto.wind(3600);
    assert!(story.identity(&session).unwrap_err().contains("ExpiredToken"));
}
