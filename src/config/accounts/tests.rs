use super::*;

const ID: &str = "123456789012";

fn parse(text: &str) -> Result<Accounts> {
    Accounts::parse("~/.aws/accounts".into(), text.to_owned())
}

fn all(accounts: &Accounts) -> Vec<Account> {
    let mut all = Vec::new();
    accounts.for_each(|account| all.push(account));
    all
}

fn refusal(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

/// Why the only entry, named `a`, cannot be used.
fn bad_entry(value: &str) -> String {
    let accounts = parse(&format!("{{\"a\": {value}, \"good\": \"{ID}\"}}")).unwrap();
    assert_eq!(accounts.find("good").unwrap().unwrap().id.as_str(), ID);
    assert_eq!(all(&accounts).len(), 1);
    let error = accounts.find("a").unwrap_err();
    assert_eq!(error.kind, crate::error::Kind::Config);
    assert_eq!(accounts.problems(), std::slice::from_ref(&error));
    error.to_string()
}

#[test]
fn ids_as_strings_numbers_and_objects() {
    let accounts =
        parse(r#"{"a": "012345678901", "b": 123456789012, "c": {"id": "123456789012"}, "d": {"id": 123456789012}}"#)
            .unwrap();
    let ids: Vec<_> =
        all(&accounts).iter().map(|account| format!("{} {}", account.name, account.id)).collect();
    assert_eq!(ids, ["a 012345678901", "b 123456789012", "c 123456789012", "d 123456789012"]);
    let listed: Vec<_> = accounts.listed().map(|(name, id)| format!("{name} {id}")).collect();
    assert_eq!(listed, ids);
    assert!(accounts.find("e").unwrap().is_none());
    let same = accounts.aliases_of(&AccountId::parse(ID).unwrap()).unwrap();
    assert_eq!(
        same.iter().map(|account| account.name.as_str()).collect::<Vec<_>>(),
        ["b", "c", "d"]
    );
}

#[test]
fn every_field() {
    let accounts = parse(
        r#"{
  "prod": {"id": "123456789012", "roles": ["read", "ops/admin"], "default_role": "read", "base": "me",
    "region": "eu-west-1", "duration": "2h", "external_id": "none", "partition": "aws-cn", "scheme": "sso", "sso_session": "corp",
    "mfa_serial": "arn:aws:iam::123456789012:mfa/me", "session_name": "me@x", "source_identity": "me",
    "tags": {"team": "a b"}, "policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    "protected": true, "read_only": true, "colour": ["red"]}
}"#,
    )
    .unwrap();
    let account = accounts.find("prod").unwrap().unwrap();
    assert_eq!(account.place.to_string(), "~/.aws/accounts:2:3");
    assert_eq!(
        account.roles.iter().map(crate::types::RoleName::as_str).collect::<Vec<_>>(),
        ["read", "ops/admin"]
    );
    assert_eq!(account.default_role.as_ref().unwrap().as_str(), "read");
    assert_eq!(account.base.as_ref().unwrap().as_str(), "me");
    assert_eq!(account.region.as_ref().unwrap().as_str(), "eu-west-1");
    assert_eq!((account.duration, account.protected, account.read_only), (Some(7200), true, true));
    assert_eq!(account.external_id, Some(crate::config::values::ExternalId::None));
    assert_eq!(account.partition.unwrap().as_str(), "aws-cn");
    assert_eq!(account.scheme, Some(crate::config::values::Scheme::IdentityCenter));
    assert_eq!(account.sso_session.as_ref().unwrap().as_str(), "corp");
    assert_eq!(account.mfa_serial.as_deref(), Some("arn:aws:iam::123456789012:mfa/me"));
    assert_eq!(
        (account.session_name.as_deref(), account.source_identity.as_deref()),
        (Some("me@x"), Some("me"))
    );
    assert_eq!(account.tags, [("team".to_owned(), "a b".to_owned())]);
    assert_eq!(account.policy_arns.len(), 1);
    assert_eq!(accounts.unknown_keys(), ["~/.aws/accounts:6:53: the key 'colour' is not known"]);
}

#[test]
fn what_is_no_json_names_line_and_column() {
    for (text, shown) in [
        ("{\n  \"a\": \"1\",,\n}", "~/.aws/accounts:2:12: this is not JSON: "),
        ("production=123", "~/.aws/accounts:1:1: this is not JSON: "),
        ("{\"a\": \"1\",}", "~/.aws/accounts:1:"),
        ("{\"a\": \"1\" // x\n}", "~/.aws/accounts:1:"),
        ("{'a': '1'}", "~/.aws/accounts:1:"),
        ("{\"a\": \"1\"", "~/.aws/accounts:1:"),
        ("[\"a\"]", "~/.aws/accounts:1:1: the file is a list, not an object"),
        ("{\"a\": 012345678901}", "quote ids that start with 0: \"012345678901\""),
        ("{\"a\": \"\x1b\", b}", "~/.aws/accounts:1:"),
    ] {
        let error = refusal(text);
        assert!(error.contains(shown), "{text:?}: {error}");
        assert!(!error.contains('\x1b'), "{error:?}");
    }
}

#[test]
fn an_empty_file_has_no_accounts() {
    assert_eq!(all(&parse(" \n").unwrap()).len(), 0);
}

#[test]
fn a_name_twice_is_refused_with_both_lines() {
    let error = refusal(
        "{\"a\": \"123456789012\",\n \"b\": \"123456789012\",\n \"\\u0061\": \"999999999999\"}",
    );
    assert!(error.contains("~/.aws/accounts:3:12: 'a' is already defined in line 1"), "{error}");
    assert!(error.ends_with("hint: remove line 1 or line 3"), "{error}");
    let error = bad_entry("{\"id\": \"123456789012\",\n \"id\": \"1\"}");
    assert!(error.contains(":2:2: 'id' is already defined in line 1"), "{error}");
    let error = refusal("{\"a\": \"123456789012\", \"a\": \"123456789012\"}");
    assert!(
        error.ends_with("'a' is already defined in line 1\nhint: remove one of the two: a"),
        "{error}"
    );
}

#[test]
fn deep_nesting_is_refused_without_a_stack() {
    let (open, close) = ("[".repeat(10_000), "]".repeat(10_000));
    assert!(refusal(&open).contains("the file is a list"));
    assert!(refusal(&"{\"a\":".repeat(10_000)).contains("this is not JSON"));
    assert!(refusal(&format!("{{\"a\": {open}")).contains("this is not JSON"));
    assert!(bad_entry(&format!("{open}{close}")).contains("not a list"));
    assert!(
        bad_entry(&format!("{}1{}", "{\"id\": ".repeat(10_000), "}".repeat(10_000)))
            .contains("'id' is an object")
    );
    let roles = format!("{{\"id\": \"{ID}\", \"roles\": {open}{close}}}");
    assert!(bad_entry(&roles).contains("'roles' is a list of strings, not a list"));
}

#[test]
fn what_is_no_id_is_refused_on_use() {
    for (value, shown) in [
        ("null", "~/.aws/accounts:1:7: an account is its id, not null"),
        ("true", "not true or false"),
        ("[]", "not a list"),
        ("{}", "this account has no id"),
        ("{\"id\": {\"id\": 1}}", "'id' is an object"),
        ("12345678901", "quote it, a leading zero was lost: \"012345678901\""),
        ("1234567890123", "is not an account id of 12 digits"),
        ("-12345678901", "is not an account id of 12 digits"),
        ("1.23456789012e11", "quote ids"),
        ("123456789012.0", "quote ids"),
        ("\"1234567890123\"", "it has 13 digits"),
        ("\"١٢٣٤٥٦٧٨٩٠١٢\"", "it has 0 digits"),
        ("\"123 456 789 012\"", "write \"123456789012\""),
        ("\"1234-5678-9012\"", "write \"123456789012\""),
        ("\"$(touch x)\"", "is not an account id"),
    ] {
        let error = bad_entry(value);
        assert!(error.contains(shown), "{value}: {error}");
    }
}

#[test]
fn wrong_fields_are_refused_on_use_with_their_place() {
    for (field, shown) in [
        ("\"region\": \"$(touch x)\"", "from ~/.aws/accounts:1:40 is not a region name"),
        ("\"duration\": 60", "900 to 43200"),
        ("\"roles\": \"read\"", "~/.aws/accounts:1:39: 'roles' is a list of strings, not a string"),
        (
            "\"roles\": [\"read\", 1]",
            "~/.aws/accounts:1:48: 'roles' is a list of strings, not a number",
        ),
        ("\"roles\": [\"a b\"]", "~/.aws/accounts:1:40: role 'a b' is not a role name"),
        ("\"default_role\": \"\"", "the role is empty"),
        ("\"protected\": \"yes\"", "'protected' is true or false, not a string"),
        ("\"external_id\": null", "'external_id' is a string, not null"),
        ("\"tags\": {\"a\": 1}", "'a' is a string, not a number"),
        ("\"tags\": {\"a\": \"1\", \"a\": \"2\"}", "already defined"),
        ("\"policy_arns\": [\"x\"]", "is not an ARN"),
        ("\"scheme\": \"x\"", "known schemes"),
        ("\"sso_session\": \"\"", "~/.aws/accounts:1:45: the sso-session name is empty"),
        ("\"protectde\": true", "the key 'protectde' is not known\nhint: did you mean protected?"),
        ("\"PROTECTED\": true", "did you mean protected?"),
        ("\"rols\": []", "~/.aws/accounts:1:38: the key 'rols' is not known"),
        ("\"partition\": \"x\"", "known partitions"),
        ("\"mfa_serial\": \"x\\u001b[0m1234567\"", "\\x1b"),
        ("\"session_name\": \"x y\"", "session name 'x y'"),
        ("\"base\": \"a`b\"", "~/.aws/accounts:1:38: profile name"),
    ] {
        let error = bad_entry(&format!("{{\"id\": \"{ID}\", {field}}}"));
        assert!(error.contains(shown), "{field}: {error}");
    }
    let many = ["\"arn:aws:iam::aws:policy/ReadOnlyAccess\""; 11].join(",");
    assert!(
        bad_entry(&format!("{{\"id\": \"{ID}\", \"policy_arns\": [{many}]}}"))
            .contains("AWS takes 10")
    );
}

#[test]
fn names_that_could_run_are_refused_on_use() {
    let accounts =
        parse(r#"{"$(touch x)": "123456789012", "prod": "123456789012", "_note": "ours"}"#)
            .unwrap();
    assert!(
        accounts
            .find("$(touch x)")
            .unwrap_err()
            .message
            .contains("~/.aws/accounts:1:2: account name")
    );
    assert!(accounts.find("prod").unwrap().is_some());
    assert_eq!(accounts.problems().len(), 2);
}

#[test]
fn a_name_that_looks_like_another_id_is_refused() {
    let accounts =
        parse(r#"{"111111111111": "999999999999", "222222222222": "222222222222"}"#).unwrap();
    assert!(
        accounts.find("111111111111").unwrap_err().message.contains("looks like an account id")
    );
    assert_eq!(accounts.find("222222222222").unwrap().unwrap().id.as_str(), "222222222222");
}

#[test]
fn a_broken_alias_of_an_id_is_not_overlooked() {
    for wrong in [r#""protected": "yes""#, r#""protected": true, "protected": false"#] {
        let text = format!(r#"{{"p": {{"id": "{ID}", {wrong}}}, "q": "{ID}"}}"#);
        assert!(
            parse(&text).unwrap().aliases_of(&AccountId::parse(ID).unwrap()).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn a_missing_file_is_remembered_by_its_path() {
    let home = tempfile::tempdir().unwrap();
    let accounts = Accounts::read(&Environment::from_pairs([("HOME", home.path())]), None).unwrap();
    assert_eq!(
        (accounts.file(), accounts.exists(), all(&accounts).len()),
        (Some("~/.aws/accounts"), false, 0)
    );
    let nowhere = Accounts::read(&Environment::default(), None).unwrap();
    assert_eq!((nowhere.file(), nowhere.exists()), (None, false));
}

#[test]
fn the_file_named_in_the_environment_is_read() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("mine"), format!("\u{FEFF}{{\r\n\"prod\": \"{ID}\"}}"))
        .unwrap();
    let environment =
        Environment::from_pairs([("HOME", home.path()), ("ACCOUNTS_FILE", "~/mine".as_ref())]);
    let accounts = Accounts::read(&environment, None).unwrap();
    assert_eq!(accounts.find("prod").unwrap().unwrap().place.to_string(), "~/mine:2:1");
    assert_eq!(accounts.near("prdo"), ["prod"]);
}

#[test]
fn twenty_thousand_names_on_one_line() {
    let members: Vec<String> =
        (0..20_000).map(|number| format!("\"account-{number}\": \"{number:012}\"")).collect();
    let accounts = parse(&format!("{{{}}}", members.join(", "))).unwrap();
    assert_eq!((all(&accounts).len(), accounts.listed().count()), (20_000, 20_000));
    let last = accounts.find("account-19999").unwrap().unwrap();
    assert_eq!((last.id.as_str(), last.place.line), ("000000019999", 1));
    let before: usize = members.iter().take(19_999).map(|member| member.len() + 2).sum();
    assert_eq!(last.place.column, Some(u32::try_from(before).unwrap() + 2));
}

proptest::proptest! {
    #[test]
    fn what_was_written_is_read(ids in proptest::collection::btree_map("[a-zé日@.'&(*/-]{1,12}( [a-z]{1,4})?", 0..=999_999_999_999_u64, 0..20)) {
        let written: std::collections::BTreeMap<&str, String> =
            ids.iter().map(|(name, id)| (name.as_str(), format!("{id:012}"))).collect();
        let accounts = parse(&serde_json::to_string_pretty(&written).unwrap()).unwrap();
        let read: Vec<(String, String)> =
            all(&accounts).iter().map(|account| (account.name.to_string(), account.id.to_string())).collect();
        proptest::prop_assert!(read.iter().map(|(name, id)| (name.as_str(), id)).eq(written.iter().map(|(name, id)| (*name, id))));
        for (line, name) in (2..).zip(written.keys()) {
            proptest::prop_assert_eq!(accounts.find(name).unwrap().unwrap().place.line, line);
        }
    }
}

#[test]
fn an_id_is_found_however_it_is_written() {
    let text = r#"{"a": "123456789012", "b": 123456789012, "c": "\u0031\u00323456789012", "d": {"id": "123456789012"},
        "e": "999999999999"}"#;
    let found = parse(text).unwrap().aliases_of(&AccountId::parse(ID).unwrap()).unwrap();
    assert_eq!(
        found.iter().map(|account| account.name.as_str()).collect::<Vec<_>>(),
        ["a", "b", "c", "d"]
    );
}
