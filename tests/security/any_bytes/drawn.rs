//! Files drawn at random, as people write them and as no one should: for the targets, and for several
//! edits one after the other.

use assume_role::testing::config::edit::profiles::{NewProfile, edit};
use assume_role::testing::config::profiles::FileKind;
use assume_role::testing::types::Name;
use proptest::prelude::*;

use super::targets::TARGETS;

const HERE: &str = "~/.aws/config";
/// Names that no drawn file has: what stood there would be replaced, and taken away.
const OURS: [&str; 4] = ["one of ours", "two of ours", "three of ours", "four of ours"];

fn put(bytes: &[u8], profile: &str, entry: (&'static str, &str)) -> Vec<u8> {
    let name = Name::parse("profile", profile).unwrap();
    let entries = [(entry.0, entry.1.to_owned())];
    edit(FileKind::Config, bytes, &[NewProfile { name: &name, entries: &entries }], &[], HERE)
        .unwrap()
}

fn remove(bytes: &[u8], name: &str) -> Vec<u8> {
    edit(FileKind::Config, bytes, &[], &[name], HERE).unwrap()
}

fn hit(name: &str, bytes: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(target, _)| *target == name).unwrap();
    target(bytes);
}

fn config_files() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        4 => "[a-z_]{1,12} ?[=:] ?[ -~]{0,12}".prop_map(String::into_bytes),
        2 => "\\[(profile |sso-session )?\"?[a-e ]{1,4}\"?\\]?".prop_map(String::into_bytes),
        2 => "[ \t]{1,4}[ -~]{0,12}".prop_map(String::into_bytes),
        2 => "[#;][ -~]{0,12}".prop_map(String::into_bytes),
        2 => Just(Vec::new()),
        1 => proptest::collection::vec(any::<u8>(), 0..8),
    ];
    let end = prop_oneof![
        8 => Just(&b"\n"[..]), 3 => Just(&b"\r\n"[..]), 1 => Just(&b""[..]), 1 => Just(&b"\r"[..])
    ];
    let lines = proptest::collection::vec((line, end), 0..12);
    (any::<bool>(), lines).prop_map(|(with_mark, lines)| {
        let mut bytes = if with_mark { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        for (line, end) in lines {
            bytes.extend(line);
            bytes.extend(end);
        }
        bytes
    })
}

/// JSON as programs and people write it.
fn accounts_files() -> impl Strategy<Value = String> {
    let blank = prop_oneof![Just(""), Just(" "), Just("\n  "), Just("\r\n\t")];
    let leaf = prop_oneof![
        Just("\"111111111111\"".to_owned()),
        Just("{\"id\": \"222222222222\", \"x\": [\"}\", {}]}".to_owned()),
        Just("null".to_owned()),
        "\"[a-z\\\\\"]{0,6}\"".prop_map(|text| serde_json::to_string(&text).unwrap()),
        Just("[1 , 2]".to_owned()),
    ];
    let member = (leaf, [blank.clone(), blank.clone(), blank.clone(), blank.clone()]);
    let members = proptest::collection::btree_map("[a-m{}\\[,:é]{1,5}", member, 0..6);
    (members, blank.clone(), blank).prop_map(|(members, first, last)| {
        let members = members
            .into_iter()
            .map(|(key, (value, [a, b, c, d]))| format!("{a}\"{key}\"{b}:{c}{value}{d}"));
        let members: Vec<String> = members.collect();
        format!("{first}{{{}}}{last}", members.join(","))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn drawn_config_files(form: u8, bytes in config_files()) {
        hit("profiles_edit", &[&[form], &bytes[..]].concat());
        hit("profiles", &[&bytes[..], b"\0", &bytes].concat());
    }

    #[test]
    fn drawn_accounts_files(form: u8, text in accounts_files()) {
        hit("accounts_edit", &[&[form], text.as_bytes()].concat());
        hit("accounts", text.as_bytes());
    }

    #[test]
    fn drawn_texts(
        first: u8,
        json in "[\\[\\]{}\":,0-9a-z \\\\\n\u{e9}-]{0,60}|.{0,60}",
        ini in "(\\[profile [a-z]\\]|[a-z]|[=:#;\"'\\[\\]\\\\ \t\r\n\u{e9}\u{2003}]){0,60}|.{0,60}",
    ) {
        for text in [json, ini] {
            for name in ["accounts", "profiles", "settings", "saml", "command_line"] {
                hit(name, text.as_bytes());
            }
            for name in ["accounts_edit", "profiles_edit"] {
                hit(name, &[&[first], text.as_bytes()].concat());
            }
        }
    }

    #[test]
    fn several_come_and_go_in_any_order(before in config_files(), order in Just(OURS.to_vec()).prop_shuffle()) {
        let mut bytes = before.clone();
        for name in OURS {
            bytes = put(&bytes, name, ("region", "eu-west-1"));
        }
        for name in order {
            bytes = remove(&bytes, name);
        }
        prop_assert_eq!(bytes, before);
    }

    #[test]
    fn all_at_once_is_one_after_the_other(before in config_files(), order in Just(OURS.to_vec()).prop_shuffle()) {
        let entries = [("region", "eu-west-1".to_owned())];
        let mut bytes = before;
        for name in order.iter().take(2) {
            bytes = put(&bytes, name, ("role_arn", "r"));
        }
        let names: Vec<Name> =
            order.iter().skip(1).take(2).map(|text| Name::parse("profile", text).unwrap()).collect();
        let new: Vec<_> = names.iter().map(|name| NewProfile { name, entries: &entries }).collect();
        let once = edit(FileKind::Config, &bytes, &new, &[order[0]], HERE).unwrap();
        let mut one_by_one = remove(&bytes, order[0]);
        for name in &names {
            one_by_one = put(&one_by_one, name.as_str(), ("region", "eu-west-1"));
        }
        prop_assert_eq!(once, one_by_one);
    }
}
