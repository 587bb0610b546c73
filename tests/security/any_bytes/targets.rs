//! What takes any bytes at all, and what holds whatever they are. A fuzzer calls these functions
//! (`tests/fuzz/`), and so does a test, for each file of the corpora.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use assume_role::testing;
use assume_role::testing::config::Config;
use assume_role::testing::config::edit::accounts::{self, NewAccount};
use assume_role::testing::config::edit::profiles::{self, NewProfile};
use assume_role::testing::config::environment::Environment;
use assume_role::testing::config::profiles::FileKind;
use assume_role::testing::error::{Error, Kind as ErrorKind};
use assume_role::testing::shell::words::{decode_words, encode_words};
use assume_role::testing::types::sanitize::is_plain;
use assume_role::testing::types::{AccountId, Moment, Name, RoleName};
use serde_json::value::RawValue;
use tempfile::TempDir;

use super::{shells, stored};

pub type Target = fn(&[u8]);

pub const TARGETS: [(&str, Target); 11] = [
    ("accounts", accounts),
    ("accounts_edit", accounts_edit),
    ("command_line", command_line),
    ("completion", completion),
    ("profiles", profiles),
    ("profiles_edit", profiles_edit),
    ("quoting", shells::quoting),
    ("replies", replies),
    ("saml", saml),
    ("settings", settings),
    ("store", stored::store),
];

const HERE: &str = "~/.aws/here";

/// A home that lasts as long as the process: a fuzzer makes thousands of runs a second.
pub fn home(of: &str) -> PathBuf {
    let memory = Path::new("/dev/shm");
    let place = || if memory.is_dir() { memory.into() } else { std::env::temp_dir() };
    thread_local! { static HOME: OnceCell<TempDir> = const { OnceCell::new() }; }
    let home = HOME.with(|home| {
        home.get_or_init(|| TempDir::with_prefix_in("any-bytes-", place()).unwrap()).path().join(of)
    });
    fs::create_dir_all(home.join(".aws")).unwrap();
    fs::create_dir_all(home.join(".config/assume-role")).unwrap();
    home
}

/// The files of the user, as every verb reads them.
fn read(home: &Path, names: &[(&str, &[u8])]) -> Result<Config, Error> {
    for (name, bytes) in names {
        fs::write(home.join(name), bytes).unwrap();
    }
    let config = Config::read(&Environment::from_pairs([("HOME", home)]));
    match &config {
        Ok(config) => config.warnings().iter().for_each(|text| plain(text)),
        Err(error) => {
            refusal(error);
            assert_eq!(error.kind, ErrorKind::Config, "{error}");
        }
    }
    config
}

/// What a terminal shows is one line of plain characters.
pub fn plain(text: &str) {
    assert!(text.chars().all(is_plain), "{text:?}");
}

pub fn refusal(error: &Error) {
    plain(&error.message);
    error.causes.iter().chain(&error.hints).for_each(|text| plain(text));
}

fn accounts(bytes: &[u8]) {
    let home = home("accounts");
    let Ok(config) = read(&home, &[(".aws/accounts", bytes)]) else { return };
    config.accounts.problems().iter().for_each(refusal);
    config.accounts.unknown_keys().iter().for_each(|text| plain(text));
    for (name, id) in config.accounts.listed() {
        plain(name);
        match config.accounts.find(name) {
            Ok(found) => assert_eq!(found.unwrap().id, id),
            Err(error) => refusal(&error),
        }
    }
    for word in ["production", "prodction", "123456789012", ""] {
        config.accounts.find(word).map_or_else(|error| refusal(&error), drop);
        config.accounts.near(word).into_iter().for_each(plain);
    }
}

/// How much of both texts is the same at the beginning, and behind that at the end.
fn shared(one: &[u8], other: &[u8]) -> (usize, usize) {
    let front = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let rest = one[front..].iter().rev().zip(other[front..].iter().rev());
    (front, rest.take_while(|(a, b)| a == b).count())
}

fn accounts_edit(bytes: &[u8]) {
    let (Some((form, bytes)), id) =
        (bytes.split_first(), AccountId::parse("333333333333").unwrap())
    else {
        return;
    };
    let roles = ["read", "ops/admin"].into_iter().take(usize::from(form % 3));
    let roles = roles.map(|role| RoleName::parse(role).unwrap());
    let new = NewAccount::new(Name::parse("account", "one of ours").unwrap(), id, roles);
    let members = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).unwrap().trim_start_matches('\u{feff}').trim();
        let all: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).unwrap_or_default();
        all.into_iter()
            .map(|(name, value)| (name, value.get().to_owned()))
            .collect::<BTreeMap<_, _>>()
    };
    let after = match accounts::put(bytes, &[new], HERE) {
        Ok((after, _)) => after,
        Err(error) => return refusal(&error),
    };
    let (before, mut there) = (members(bytes), members(&after));
    assert!(there.remove("one of ours").is_some());
    if before.contains_key("one of ours") {
        return;
    }
    assert_eq!(before, there);
    // Nothing but blanks between the braces of an empty file makes way.
    let (front, back) = shared(bytes, &after);
    let lost = String::from_utf8_lossy(&bytes[front..bytes.len() - back]);
    assert!(lost.trim().is_empty() && (lost.is_empty() || before.is_empty()), "{lost:?}");
    let back = accounts::remove(&after, "one of ours", HERE).unwrap();
    assert!(back == bytes || before.is_empty(), "{}", String::from_utf8_lossy(&back));
    for name in before.keys() {
        match accounts::remove(bytes, name, HERE) {
            Ok(without) => {
                let mut rest = before.clone();
                rest.remove(name);
                assert_eq!(members(&without), rest);
                let (front, back) = shared(&without, bytes);
                assert_eq!(front + back, without.len(), "more than one piece went");
            }
            Err(error) => refusal(&error),
        }
    }
}

fn profiles(bytes: &[u8]) {
    let home = home("profiles");
    let border = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (config, credentials) = bytes.split_at(border);
    let credentials = credentials.get(1..).unwrap_or_default();
    let files = [(".aws/config", config), (".aws/credentials", credentials)];
    let Ok(config) = read(&home, &files) else { return };
    config.profiles.problems().for_each(refusal);
    let names: Vec<String> = config.profiles.names().map(str::to_owned).collect();
    for name in names.iter().map(String::as_str).chain(["default", "production", ""]) {
        match config.profiles.require(name) {
            Ok(section) => {
                assert!(section.place().is_some() && section.name() == name);
                for (key, value) in section.entries() {
                    assert!(value.place().line > 0 && !key.is_empty());
                }
            }
            Err(error) => refusal(&error),
        }
        config.profiles.sso_session(name).map_or_else(|error| refusal(&error), drop);
        config.profiles.services(name).map_or_else(|error| refusal(&error), drop);
    }
}

fn profiles_edit(bytes: &[u8]) {
    let Some((form, bytes)) = bytes.split_first() else { return };
    let file = if form & 1 == 0 { FileKind::Config } else { FileKind::Credentials };
    let name = Name::parse("profile", "one of ours").unwrap();
    let entries = [("region", "eu-west-1".to_owned()), ("role_arn", "r".to_owned())];
    let new = [NewProfile { name: &name, entries: &entries }];
    let put = |bytes: &[u8]| profiles::edit(file, bytes, &new, &[], HERE);
    match put(bytes) {
        Ok(after) if !has(&unquoted(bytes), b"one of ours") => {
            assert!(after.starts_with(bytes));
            let without = profiles::edit(file, &after, &[], &[name.as_str()], HERE).unwrap();
            assert!(
                without == bytes,
                "{:?}: {:?}",
                String::from_utf8_lossy(bytes),
                String::from_utf8_lossy(&without)
            );
            assert_eq!(put(&after).unwrap(), after, "the same once more changes nothing");
        }
        // Where the name stands already, its section becomes ours.
        Ok(_) => {}
        Err(error) => refusal(&error),
    }
    for name in sections(bytes) {
        match profiles::edit(file, bytes, &[], &[&name], HERE) {
            Ok(without) => {
                let (front, back) = shared(&without, bytes);
                assert_eq!(front + back, without.len(), "more than one piece went");
            }
            Err(error) => refusal(&error),
        }
        let set = [("assume_role_keys", "pass AKIAEXAMPLE".to_owned())];
        let drops = ["aws_access_key_id", "aws_secret_access_key"];
        match profiles::amend(file, bytes, &name, &set, &drops, HERE) {
            Ok(after) => {
                let mut kept = lines(&after);
                // Our own mark goes to the top.
                let keys = [&drops[..], &["assume_role_keys", "# written by assume-role"]].concat();
                let all = bytes.split(|byte| *byte == b'\n').filter(|line| !is_about(line, &keys));
                for line in all.map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
                    assert!(
                        kept.any(|kept| kept == line),
                        "lost: {}",
                        String::from_utf8_lossy(line)
                    );
                }
            }
            Err(error) => refusal(&error),
        }
    }
}

/// The same without what quotes in the name of a section.
fn unquoted(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| !b"\"'\\".contains(byte)).collect()
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The names between the brackets of a file, of profiles or not.
fn sections(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let inner = text.lines().filter_map(|line| line.trim().strip_prefix('[')?.split_once(']'));
    let name =
        |inner: &str| inner.trim_start_matches("profile ").trim().trim_matches('"').to_owned();
    inner.map(|(inner, _)| name(inner)).take(4).collect()
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
}

/// Whether a line is an entry of one of these keys, or continues one above it.
fn is_about(line: &[u8], keys: &[&str]) -> bool {
    let text = String::from_utf8_lossy(line).to_ascii_lowercase();
    text.starts_with([' ', '\t', '\r', '\u{b}', '\u{c}'])
        || keys.iter().any(|key| text.starts_with(key))
}

fn settings(bytes: &[u8]) {
    if let Err(error) = read(&home("settings"), &[(".config/assume-role/config.toml", bytes)]) {
        // The setting `accounts` names files of its own.
        let has_place = error.message.contains("config.toml") || has(bytes, b"accounts");
        assert!(has_place, "no place: {error}");
    }
}

fn saml(bytes: &[u8]) {
    let roles = testing::offered_roles(&String::from_utf8_lossy(bytes)).unwrap_or_default();
    for role in roles {
        plain(&role);
        assert!(role.starts_with("arn:"), "{role}");
    }
}

fn replies(bytes: &[u8]) {
    let Some(texts) = read_reply(bytes) else { return };
    texts.iter().for_each(|text| plain(text));
    let has_keys = matches!(bytes[0] % 16, 1 | 2 | 3 | 7 | 12);
    let is_key = |byte: u8| byte.is_ascii_alphanumeric() || b"/+=_.:-".contains(&byte);
    let keys = texts.iter().take(usize::from(has_keys) * 2);
    keys.for_each(|text| assert!(text.bytes().all(is_key), "{text}"));
}

/// What the reader of an answer gives away as good. The first byte is the call, the second the status.
/// A session of a reply has to end in the future: the words IN AN HOUR and 99999 stand for such an
/// end, in seconds the latter.
pub fn read_reply(bytes: &[u8]) -> Option<Vec<String>> {
    let [call, status, body @ ..] = bytes else { return None };
    let body = String::from_utf8_lossy(body);
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs() + 3600;
    let end = Moment(since.cast_signed());
    let body = body.replace("IN AN HOUR", &end.rfc3339()).replace("99999", &since.to_string());
    let status = [200, 400, 403, 302, 500][usize::from(*status) % 5];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let read = async {
        // The answer is there: who waits, waits before asking again.
        let call = testing::reply(call % 16, status, body.as_bytes());
        tokio::time::timeout(Duration::from_millis(1), call).await
    };
    let texts = runtime.block_on(read).ok()??.ok()?;
    assert!(status == 200 || texts.is_empty(), "{status}: {texts:?}");
    Some(texts)
}

pub const NOW: Moment = Moment(1_795_305_600);

/// The words of a command, each behind a zero byte.
fn command_line(bytes: &[u8]) {
    let texts: Vec<String> = bytes
        .split(|byte| *byte == 0)
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect();
    let line = encode_words(&texts);
    let words: Vec<String> = texts.iter().filter(|text| !text.is_empty()).cloned().collect();
    assert_eq!(decode_words(&line).unwrap(), words);
    if let Some(words) = decode_words(&String::from_utf8_lossy(bytes)) {
        assert_eq!(decode_words(&encode_words(&words)).unwrap(), words);
    }
    let words: Vec<OsString> = texts.into_iter().map(OsString::from).collect();
    if let Err(error) = testing::cli::parse(&words) {
        refusal(&error);
    }
}

const SHELLS: [&str; 7] = ["bash", "zsh", "fish", "nu", "elvish", "xonsh", "yash"];

/// The first byte is the shell; behind it what the shell sends, each piece behind a zero byte.
fn completion(bytes: &[u8]) {
    let Some((shell, bytes)) = bytes.split_first() else { return };
    let home = home("completion");
    if !home.join(".aws/accounts").exists() {
        let accounts = r#"{"R&D (eu) *": {"id": "123456789012", "roles": ["ops/x=y@z"]}, "it's": "210987654321"}"#;
        fs::write(home.join(".aws/accounts"), accounts).unwrap();
        fs::write(home.join(".aws/config"), "[profile \"a b\"]\nregion = x\n[sso-session s]\n")
            .unwrap();
    }
    let shell = SHELLS[usize::from(*shell) % SHELLS.len()];
    let pairs = [("HOME", home.as_os_str()), ("COMPLETE", shell.as_ref())];
    let sent =
        bytes.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned());
    let arguments: Vec<OsString> = ["assume-role".to_owned(), "--".to_owned()]
        .into_iter()
        .chain(sent)
        .map(Into::into)
        .collect();
    let answer =
        testing::completion::answer(&arguments, &Environment::from_pairs(pairs), NOW, &home);
    let text = String::from_utf8(answer.unwrap()).unwrap();
    text.split(['\n', '\t']).for_each(plain);
}
