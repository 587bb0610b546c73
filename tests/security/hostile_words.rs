//! The cases of `tests/conformance`, each through the binary and through real shells.

use std::collections::BTreeMap;

use assume_role::testing::shell::quote;
use serde::Deserialize;

use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::{BASTION, PRODUCTION, Scene, with_user};
use crate::support::shells::{Script, Shell};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    words: Vec<String>,
    exit: i32,
    accounts: Option<String>,
    config: Option<String>,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    never: Vec<String>,
    #[serde(default)]
    sets: BTreeMap<String, String>,
}

/// A user without MFA and two roles, in the world of one case.
struct Play {
    scene: Scene,
    canary: String,
}

impl Play {
    fn of(case: &Case) -> Self {
        let scene = with_user(User::new(BASTION, "alice"));
        for role in ["read", "ops/read"] {
            scene.sts.add_role(Role::new(PRODUCTION, role).trusts(Trust::account(BASTION)));
        }
        let canary = scene.world.root().join("canary").to_string_lossy().into_owned();
        let mut play = Self { scene, canary };
        if let Some(accounts) = &case.accounts {
            play.scene.world.accounts(&play.fill(accounts)).unwrap();
        }
        if let Some(config) = &case.config {
            play.scene.world.config(&play.fill(config)).unwrap();
        }
        for (name, value) in &case.variables {
            let value = play.fill(value);
            play.scene.world.set(name, value);
        }
        play
    }

    fn fill(&self, text: &str) -> String {
        text.replace("CANARY", &self.canary)
            .replace("KEYID", &self.scene.key.id)
            .replace("SECRET", &self.scene.key.secret)
            .replace("LONG300", &"a".repeat(300))
            .replace("LONG65", &"a".repeat(65))
            .replace("LONG512", &"a".repeat(512))
            .replace("NEST10000", &"[".repeat(10_000))
            .replace("DEEP10000", &"{\"production\": ".repeat(10_000))
    }

    fn words(&self, case: &Case) -> Vec<String> {
        case.words.iter().map(|word| self.fill(word)).collect()
    }

    fn assert_unharmed(&self, case: &Case) {
        assert!(!std::path::Path::new(&self.canary).exists(), "{}: the canary is there", case.id);
        assert!(!self.scene.world.home().join("canary").exists());
    }
}

fn refuse(case: &Case) {
    let play = Play::of(case);
    let words = play.words(case);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let before = play.scene.files_of_the_user();
    let said = play.scene.refused(case.exit, &words);
    for word in &case.says {
        assert!(said.contains(&play.fill(word)), "{}: {word:?} was not said:\n{said}", case.id);
    }
    for word in &case.never {
        assert!(!said.contains(&play.fill(word)), "{}: {word:?} was said:\n{said}", case.id);
    }
    assert!(!said.chars().any(|c| c.is_control() && c != '\n'), "{}: {said:?}", case.id);
    assert!(said.len() < 2500, "{}: {} bytes", case.id, said.len());
    let quoted: Vec<String> = words.iter().map(|word| quote::sh(word)).collect();
    let text =
        format!("eval \"$(assume-role {})\"; echo \"$?$AWS_ACCESS_KEY_ID\"\n", quoted.join(" "));
    let ran = Script::new(Shell::Bash, &text).run(&play.scene.world).unwrap();
    assert_eq!(ran.stdout, format!("{}\n", case.exit), "{}: {ran:?}", case.id);
    assert_eq!(play.scene.files_of_the_user(), before, "{}", case.id);
    play.assert_unharmed(case);
}

fn admit(case: &Case) {
    for shell in Shell::INTEGRATED.into_iter().filter(|shell| shell.find().is_some()) {
        let play = Play::of(case);
        let quote = if shell == Shell::Fish { quote::fish } else { quote::sh };
        let words: Vec<String> = play.words(case).iter().map(|word| quote(word)).collect();
        let text =
            format!("assume-role {}\necho {}\ncommand env -0\n", words.join(" "), shell.status());
        let ran = Script::new(shell, &text).rc(&shell.loads_init()).run(&play.scene.world).unwrap();
        let (status, environment) = ran.stdout.split_once('\n').unwrap();
        assert_eq!(status, "0", "{}: {ran:?}", case.id);
        for (name, value) in &case.sets {
            let line = format!("{name}={}", play.fill(value));
            assert!(
                environment.split('\0').any(|pair| pair == line),
                "{}: {line} in {ran:?}",
                case.id
            );
        }
        play.assert_unharmed(case);
    }
}

fn play_all(text: &str) {
    let cases: Cases = toml::from_str(text).unwrap();
    for case in &cases.case {
        if case.exit == 0 { admit(case) } else { refuse(case) }
    }
}

#[test]
fn names() {
    play_all(include_str!("../conformance/names.toml"));
}

#[test]
fn accounts_files() {
    play_all(include_str!("../conformance/accounts.toml"));
}

#[test]
fn h015_a_name_that_looks_like_another_is_marked() {
    let scene = with_user(User::new(BASTION, "alice"));
    let accounts = "{\"prod\": \"123456789012\", \"pr\u{43e}d\": \"210987654321\"}";
    scene.world.accounts(accounts).unwrap();
    scene.world.config("[profile \u{ff50}rod]\nregion = eu-west-1\n").unwrap();
    let list = scene.world.run(["list"]).unwrap().stdout;
    let marked: Vec<&str> = list.lines().filter(|line| line.contains("looks like prod")).collect();
    assert!(matches!(marked.as_slice(), [line] if line.contains("pr\\u{43e}d")), "{list}");
    let page = scene.world.run(["doctor"]).unwrap().stdout;
    for spelt in ["pr\\u{43e}d", "\\u{ff50}rod"] {
        assert!(page.contains(&format!("looks like prod: {spelt}")), "{page}");
    }
    assert!(!page.contains("no name hides another"), "{page}");
}
