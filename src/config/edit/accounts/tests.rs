use super::*;

const HERE: &str = "~/.aws/accounts";

fn wish(name: &str, id: &str, roles: &[&str]) -> NewAccount {
    let roles = roles.iter().map(|role| RoleName::parse(role).unwrap()).collect();
    NewAccount {
        name: Name::parse("account", name).unwrap(),
        id: AccountId::parse(id).unwrap(),
        roles,
        sso_session: None,
    }
}

fn put_text(text: &str, wanted: &[NewAccount]) -> (String, Vec<Outcome>) {
    let (bytes, outcomes) = put(text.as_bytes(), wanted, HERE).unwrap();
    (String::from_utf8(bytes).unwrap(), outcomes)
}

#[test]
fn new_accounts_look_like_those_that_are_there() {
    for (before, after) in [
        ("", "{\n  \"b\": \"222222222222\"\n}\n"),
        ("{}", "{\n  \"b\": \"222222222222\"\n}"),
        ("{\"a\":\"111111111111\"}", "{\"a\":\"111111111111\",\"b\":\"222222222222\"}"),
        ("{\"a\": \"111111111111\"}\n", "{\"a\": \"111111111111\", \"b\": \"222222222222\"}\n"),
        (
            "{\n\t\"a\": 111111111111\n}\n",
            "{\n\t\"a\": 111111111111,\n\t\"b\": \"222222222222\"\n}\n",
        ),
        (
            "{\r\n    \"a\" : 111111111111\r\n}",
            "{\r\n    \"a\" : 111111111111,\r\n    \"b\" : \"222222222222\"\r\n}",
        ),
        (
            "{\n  \"a\": 7\n, \"c\": {}\n}\n",
            "{\n  \"a\": 7\n, \"c\": {}\n, \"b\": \"222222222222\"\n}\n",
        ),
        ("\u{feff}{\"a\": 7}", "\u{feff}{\"a\": 7, \"b\": \"222222222222\"}"),
    ] {
        let (text, outcomes) = put_text(before, &[wish("b", "222222222222", &[])]);
        assert_eq!((text.as_str(), outcomes), (after, vec![Outcome::Added]), "{before:?}");
        assert_eq!(
            put_text(after, &[wish("b", "222222222222", &[])]),
            (after.to_owned(), vec![Outcome::Known])
        );
    }
}

#[test]
fn roles_join_what_is_there() {
    let role = |name: &str| RoleName::parse(name).unwrap();
    for (before, after) in [
        (
            "{\"a\": \"111111111111\"}",
            "{\"a\": {\"id\": \"111111111111\", \"roles\": [\"read\", \"ops/x\"]}}",
        ),
        (
            "{\"a\": 111111111111}",
            "{\"a\": {\"id\": 111111111111, \"roles\": [\"read\", \"ops/x\"]}}",
        ),
        (
            "{\"a\": {\"id\": \"111111111111\", \"mine\": [1]}}",
            "{\"a\": {\"id\": \"111111111111\", \"mine\": [1], \"roles\": [\"read\", \"ops/x\"]}}",
        ),
        (
            "{\"a\": {\"roles\": [], \"id\": \"111111111111\"}}",
            "{\"a\": {\"roles\": [\"read\", \"ops/x\"], \"id\": \"111111111111\"}}",
        ),
        (
            "{\n  \"a\": {\n    \"id\": \"111111111111\"\n  }\n}",
            "{\n  \"a\": {\n    \"id\": \"111111111111\",\n    \"roles\": [\"read\", \"ops/x\"]\n  }\n}",
        ),
    ] {
        let (text, outcomes) = put_text(before, &[wish("a", "111111111111", &["read", "ops/x"])]);
        assert_eq!(
            (text.as_str(), outcomes),
            (
                after,
                vec![Outcome::Grown(Growth {
                    roles: vec![role("read"), role("ops/x")],
                    sso_session: None
                })]
            )
        );
    }
    let before =
        "{\"a\": {\"id\": \"111111111111\", \"roles\": [\n  \"read\"\n], \"default_role\": \"x\"}}";
    let (text, _) = put_text(before, &[wish("a", "111111111111", &["x", "read", "new"])]);
    assert_eq!(text, before.replace("\"read\"\n", "\"read\",\n  \"new\"\n"));
}

#[test]
fn the_sign_on_joins_what_names_no_other_way() {
    let id = "\"id\": \"111111111111\"";
    for (before, after) in [
        ("\"111111111111\"", "{ID, \"sso_session\": \"corp\", \"roles\": [\"read\"]}"),
        ("{ID}", "{ID, \"sso_session\": \"corp\", \"roles\": [\"read\"]}"),
        ("{ID, \"roles\": []}", "{ID, \"roles\": [\"read\"], \"sso_session\": \"corp\"}"),
        ("{\"roles\": [\"read\"], ID}", "{\"roles\": [\"read\"], ID, \"sso_session\": \"corp\"}"),
        (
            "{ID, \"region\": \"eu-west-1\", \"roles\": [\"read\"]}",
            "{ID, \"region\": \"eu-west-1\", \"roles\": [\"read\"], \"sso_session\": \"corp\"}",
        ),
        // Another way, or a role that would be out of reach.
        ("{ID, \"base\": \"me\"}", "{ID, \"base\": \"me\", \"roles\": [\"read\"]}"),
        ("{ID, \"scheme\": \"bastion\"}", "{ID, \"scheme\": \"bastion\", \"roles\": [\"read\"]}"),
        (
            "{ID, \"default_role\": \"iam\"}",
            "{ID, \"default_role\": \"iam\", \"roles\": [\"read\"]}",
        ),
        ("{ID, \"sso_session\": \"own\"}", "{ID, \"sso_session\": \"own\", \"roles\": [\"read\"]}"),
    ] {
        let whole = |entry: &str| format!("{{\n  \"a\": {}\n}}\n", entry.replace("ID", id));
        let mut wish = wish("a", "111111111111", &["read"]);
        wish.sso_session = Some(Name::parse("sso-session", "corp").unwrap());
        assert_eq!(
            put_text(&whole(before), std::slice::from_ref(&wish)).0,
            whole(after),
            "{before}"
        );
        let again = put_text(&whole(after), &[wish]);
        assert_eq!(again, (whole(after), vec![Outcome::Known]), "{before}");
    }
}

#[test]
fn what_is_there_is_never_changed() {
    let before = "{\"a\": \"111111111111\", \"bad\": 7}";
    let (text, outcomes) =
        put_text(before, &[wish("a", "222222222222", &["x"]), wish("bad", "222222222222", &[])]);
    assert_eq!(text, before);
    assert_eq!(outcomes[0], Outcome::Conflict(AccountId::parse("111111111111").unwrap()));
    assert!(
        matches!(&outcomes[1], Outcome::Broken(error) if error.message.contains(HERE)),
        "{outcomes:?}"
    );
}

#[test]
fn names_go_with_their_commas() {
    let of = |text: &str, name: &str| {
        remove(text.as_bytes(), name, HERE).map(|bytes| String::from_utf8(bytes).unwrap())
    };
    let all = "{\n  \"a\": 1,\n  \"b\": {\"x\": [2]},\n  \"c\": 3\n}\n";
    assert_eq!(of(all, "a").unwrap(), "{\n  \"b\": {\"x\": [2]},\n  \"c\": 3\n}\n");
    assert_eq!(of(all, "b").unwrap(), "{\n  \"a\": 1,\n  \"c\": 3\n}\n");
    assert_eq!(of(all, "c").unwrap(), "{\n  \"a\": 1,\n  \"b\": {\"x\": [2]}\n}\n");
    assert_eq!(of("{\n  \"a\": 1\n}\n", "a").unwrap(), "{}\n");
    assert!(
        of("{\"production\": \"111111111111\"}", "prodution")
            .unwrap_err()
            .to_string()
            .contains("mean production?")
    );
}

#[test]
fn what_is_no_accounts_file_is_refused_with_its_place() {
    for wrong in ["[]", "{\"a\": 1", "{\"a\": 1, \"a\": 2}", "{\"a\": 012345678901}"] {
        let error = put(wrong.as_bytes(), &[wish("b", "222222222222", &[])], HERE).unwrap_err();
        assert!(error.message.contains("~/.aws/accounts:1:"), "{error}");
    }
}
