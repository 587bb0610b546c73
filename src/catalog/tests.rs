use std::fs;

use super::*;
use crate::cache::{AssertionRoles, Choice, Key};
use crate::types::{Name, RoleName};

const NOW: Moment = Moment(1_795_305_600);
const DAY: i64 = 86_400;

struct Home {
    directory: tempfile::TempDir,
    environment: Environment,
}

impl Home {
    fn new(accounts: &str, config: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let aws = directory.path().join(".aws");
        fs::create_dir_all(&aws).unwrap();
        fs::write(aws.join("accounts"), accounts).unwrap();
        fs::write(aws.join("config"), config).unwrap();
        let environment = Environment::from_pairs([("HOME", directory.path())]);
        Self { directory, environment }
    }

    fn used(self, account: &str, id: Option<&str>, role: &str, age: i64, count: u32) -> Self {
        let store = Store::open(&self.environment, Choice::default()).unwrap();
        store
            .put_use(&Use {
                account: Name::parse("account", account).unwrap(),
                id: id.and_then(AccountId::parse),
                role: RoleName::parse(role).ok(),
                last: NOW.plus(-age),
                count,
            })
            .unwrap();
        self
    }

    fn catalogue(&self) -> Catalogue {
        Catalogue::read(&self.environment, Reach::Glance, NOW)
    }

    /// `name: role role` for each account.
    fn lines(&self) -> Vec<String> {
        let line = |account: &KnownAccount| {
            let roles: Vec<&str> = account.roles.iter().map(|role| role.name.as_str()).collect();
            format!("{}: {}", account.name(), roles.join(" "))
        };
        self.catalogue().accounts_with_roles().iter().map(line).collect()
    }
}

#[test]
fn an_id_and_its_names_are_one_account() {
    let home = Home::new(
        r#"{"prod": {"id": "111111111111", "roles": ["b", "a"]}, "production": "111111111111", "dev": "222222222222"}"#,
        "[profile x]\nrole_arn = arn:aws:iam::111111111111:role/ops/c\n\
         [profile sso]\nsso_account_id = 333333333333\nsso_role_name = Admin\n\
         [profile a b]\nrole_arn = arn:aws:iam::111111111111:role/a\nsource_profile = x\n",
    );
    assert_eq!(home.lines(), ["dev: ", "prod: a b ops/c", "333333333333: Admin"]);
    let catalogue = home.catalogue();
    for word in ["prod", "production", "111111111111"] {
        assert_eq!(catalogue.account(word).unwrap().roles.len(), 3, "{word}");
    }
    assert!(catalogue.account("x").is_none());
    let sources: Vec<String> = catalogue.account("prod").unwrap().roles[0]
        .sources()
        .map(|source| source.to_string())
        .collect();
    assert_eq!(sources, ["~/.aws/accounts:1:2", "profile a b"]);
}

#[test]
fn often_and_recent_comes_first() {
    let home = Home::new(
        r#"{"a": {"id": "111111111111", "roles": ["x", "y", "z"], "default_role": "z"}, "b": "222222222222"}"#,
        "",
    )
    .used("b", Some("222222222222"), "old", 90 * DAY, 9)
    .used("a", Some("111111111111"), "y", DAY / 2, 1);
    assert_eq!(home.lines(), ["a: y z x", "b: old"]);
    let home =
        home.used("gone", Some("222222222222"), "new", 60, 3).used("profile", None, "", 1, 1);
    assert_eq!(home.lines(), ["b: new old", "a: y z x"]);
}

#[test]
fn what_a_response_offered_is_known_until_the_next_one() {
    let home = Home::new(r#"{"a": {"id": "111111111111", "roles": ["x"]}}"#, "").used(
        "a",
        Some("111111111111"),
        "y",
        5,
        1,
    );
    let store = Store::open(&home.environment, Choice::default()).unwrap();
    let offer = |provider: &str, roles: &[&str]| {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        store
            .put(
                &Key::new().with("provider", provider),
                &AssertionRoles { roles, learned: NOW },
                NOW,
            )
            .unwrap();
    };
    let role = |account: &str, name: &str| format!("arn:aws-cn:iam::{account}:role/{name}");
    offer(
        "one",
        &[&role("111111111111", "x"), &role("111111111111", "ops/z"), &role("333333333333", "far")],
    );
    offer(
        "two",
        &[&role("111111111111", "ops/z"), "arn:aws:iam::111111111111:user/x", "\u{1b}[31m"],
    );
    assert_eq!(home.lines(), ["a: y ops/z x", "333333333333: far"]);
    let roles = home.catalogue().account("a").unwrap().roles;
    let sources: Vec<Vec<String>> =
        roles.iter().map(|role| role.sources().map(|it| it.to_string()).collect()).collect();
    assert_eq!(
        sources,
        [&["used before"][..], &["SAML response"], &["~/.aws/accounts:1:2", "SAML response"]]
    );
    assert_eq!(
        home.catalogue().account("333333333333").unwrap().partition.unwrap().as_str(),
        "aws-cn"
    );
    offer("one", &[]);
    assert_eq!(home.lines(), ["a: y ops/z x"]);
}

#[test]
fn the_name_used_last_stands_for_the_account() {
    let home = Home::new(r#"{"one": "111111111111", "two": "111111111111"}"#, "").used(
        "two",
        Some("111111111111"),
        "r",
        5,
        1,
    );
    assert_eq!(home.lines(), ["two: r"]);
}

#[test]
fn thousands_of_names_of_one_account_are_thousands_of_entries() {
    let names: Vec<String> = (0..20_000).map(|n| format!(r#""a{n}": "111111111111""#)).collect();
    let home = Home::new(&format!("{{{}}}", names.join(",")), "");
    let entries = home.catalogue().entries();
    assert_eq!(entries.len(), 20_000);
    assert!(entries.iter().all(|entry| entry.names.len() == 1 + 50));
    assert!((0..).zip(&entries).all(|(n, entry)| entry.name() == format!("a{n}")));
}

#[test]
fn what_is_broken_offers_nothing_and_is_a_problem() {
    let home = Home::new(
        r#"{"good": {"id": "111111111111", "roles": ["r"]}, "$(x)": "222222222222", "bad": {"id": "333333333333", "roles": 7}}"#,
        "[profile x]\nrole_arn = arn:aws:iam::111111111111:user/y\n[profile $(x)]\nrole_arn = arn:aws:iam::111111111111:role/z\n[y\n",
    );
    assert_eq!(home.lines(), ["good: r"]);
    assert_eq!(home.catalogue().problems().len(), 3);
    for (file, text) in [("accounts", "{"), ("config", "\u{0}")] {
        fs::write(home.directory.path().join(".aws").join(file), text).unwrap();
    }
    assert!(home.lines().is_empty());
    assert_eq!(home.catalogue().problems().len(), 2);
    let nowhere = Catalogue::read(&Environment::from_pairs([("A", "b")]), Reach::Full, NOW);
    assert!(nowhere.accounts().is_empty());
}

#[test]
fn a_glance_changes_nothing() {
    let home = Home::new("{}", "").used("a", Some("111111111111"), "r", 5, 1);
    let history = home.directory.path().join(".local/state/assume-role/history");
    fs::write(&history, "damaged").unwrap();
    assert!(home.lines().is_empty());
    assert_eq!(fs::read_to_string(&history).unwrap(), "damaged");
    assert!(Catalogue::read(&home.environment, Reach::Full, NOW).accounts().is_empty());
    assert!(!history.exists());
}
