//! The programs that speak to keyrings: what is run for each act, and what their answers mean.
//!
//! An item is kept by the id of its key, never by a profile, so that no write takes the place of
//! another key. A secret goes in by standard input: arguments are seen by every user of the machine.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::config::keyring::Keyring;

/// What is asked of a keyring. Only `Unlock` may show a dialog where finding shows none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act<'a> {
    Find,
    Unlock,
    Put(&'a str),
    Remove,
}

pub(super) struct Invocation {
    pub program: String,
    pub arguments: Vec<String>,
    pub input: Zeroizing<String>,
}

pub(super) struct Ended {
    /// `None` when a signal ended it.
    pub code: Option<i32>,
    pub out: Zeroizing<String>,
    pub err: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Done(Zeroizing<String>),
    Missing,
    Locked,
    Dismissed,
    /// There is no keyring to speak to, and what to do about it.
    NoService(&'static str, &'static str),
    Failed,
}

pub(super) fn invocation(keyring: &Keyring, act: Act<'_>, id: &str) -> Invocation {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let item = format!("assume-role/{id}");
    let (arguments, input) = match keyring {
        Keyring::SecretService => {
            let attributes = format!("application assume-role access-key-id {id}");
            let (verb, input) = match act {
                // `lookup` cannot tell a locked item from a missing one; `search` can.
                Act::Find => ("search".to_owned(), String::new()),
                Act::Unlock => ("lookup".to_owned(), String::new()),
                Act::Put(line) => (format!("store --label={item}"), line.to_owned()),
                Act::Remove => ("clear".to_owned(), String::new()),
            };
            (words(&format!("{verb} {attributes}")), input)
        }
        Keyring::Keychain => {
            let account = format!("-s assume-role -a {id}");
            let (arguments, input) = match act {
                Act::Find | Act::Unlock => {
                    (format!("find-generic-password {account} -w"), String::new())
                }
                // Base64 needs no quotes, and is never shown as hexadecimal.
                Act::Put(line) => (
                    "-i".to_owned(),
                    format!(
                        "add-generic-password -U {account} -l {item} -w {}\n",
                        STANDARD.encode(line)
                    ),
                ),
                Act::Remove => (format!("delete-generic-password {account}"), String::new()),
            };
            (words(&arguments), input)
        }
        Keyring::Pass => {
            let (arguments, input) = match act {
                Act::Find | Act::Unlock => (format!("show {item}"), String::new()),
                Act::Put(line) => (format!("insert -m -f {item}"), format!("{line}\n")),
                Act::Remove => (format!("rm -f {item}"), String::new()),
            };
            (words(&arguments), input)
        }
        Keyring::Helper(_) => {
            let url = format!("https://{id}.assume-role.invalid");
            let (verb, input) = match act {
                Act::Find | Act::Unlock => ("get", url),
                Act::Put(line) => {
                    let item =
                        serde_json::json!({"ServerURL": url, "Username": id, "Secret": line});
                    ("store", item.to_string())
                }
                Act::Remove => ("erase", url),
            };
            (vec![verb.to_owned()], input)
        }
    };
    Invocation { program: keyring.program(), arguments, input: Zeroizing::new(input) }
}

pub(super) fn answer(keyring: &Keyring, act: Act<'_>, ended: &Ended) -> Answer {
    let done = |text: &str| Answer::Done(Zeroizing::new(text.to_owned()));
    let finds = matches!(act, Act::Find | Act::Unlock);
    match (keyring, ended.code) {
        (_, None) => Answer::Failed,
        (Keyring::SecretService, Some(0)) if act == Act::Find => {
            let secret = ended.out.lines().find_map(|line| line.strip_prefix("secret = "));
            match secret {
                Some(secret) => done(secret),
                None if ended.out.starts_with('[') => Answer::Locked,
                None if ended.out.trim().is_empty() => Answer::Missing,
                None => Answer::Failed,
            }
        }
        (Keyring::Keychain, Some(0)) if finds => {
            let bytes = STANDARD.decode(ended.out.trim()).map(Zeroizing::new);
            let text = bytes.ok().and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
            text.map_or(Answer::Failed, |text| Answer::Done(Zeroizing::new(text)))
        }
        (Keyring::Helper(_), Some(0)) if finds => {
            match serde_json::from_str::<HelperReply>(&ended.out) {
                // What docker-credential-pass says of something that it does not hold.
                Ok(reply) if reply.secret.is_empty() => Answer::Missing,
                Ok(reply) => Answer::Done(reply.secret),
                Err(_) => Answer::Failed,
            }
        }
        (_, Some(0)) => done(&ended.out),
        (Keyring::SecretService, _) => of_secret_tool(act, &ended.err),
        (Keyring::Keychain, Some(44)) => Answer::Missing,
        (Keyring::Keychain, Some(36 | 51)) => Answer::Locked,
        (Keyring::Keychain, Some(128)) => Answer::Dismissed,
        (Keyring::Pass, _) => of_pass(&ended.err),
        (Keyring::Helper(_), _) if ended.out.contains("credentials not found") => Answer::Missing,
        _ => Answer::Failed,
    }
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HelperReply {
    secret: Zeroizing<String>,
}

fn of_secret_tool(act: Act<'_>, err: &str) -> Answer {
    let says = |texts: &[&str]| texts.iter().any(|text| err.contains(text));
    if says(&["autolaunch", "Could not connect", "Failed to connect", "Connection refused"]) {
        let hint =
            "over ssh and in containers there is often none: --keyring pass keeps keys without it";
        return Answer::NoService("this session has no D-Bus", hint);
    }
    if says(&["not provided by any", "ServiceUnknown"]) {
        let hint = "gnome-keyring, KWallet or KeePassXC provides one";
        return Answer::NoService("nothing provides org.freedesktop.secrets", hint);
    }
    if says(&["does not exist at path", "NoSuchObject", "UnknownMethod"]) {
        let hint = "log in at the desktop once: that makes one";
        return Answer::NoService("there is no default keyring yet", hint);
    }
    match act {
        _ if says(&["locked"]) => Answer::Locked,
        // An item that is there and does not come out was refused by the one who was asked.
        Act::Unlock if err.trim().is_empty() => Answer::Dismissed,
        Act::Remove if err.trim().is_empty() => Answer::Locked,
        _ => Answer::Failed,
    }
}

fn of_pass(err: &str) -> Answer {
    let says = |texts: &[&str]| texts.iter().any(|text| err.contains(text));
    if says(&["is not in the password store"]) {
        return Answer::Missing;
    }
    if says(&["You must run", "password store is empty"]) {
        return Answer::NoService("pass has no store yet", "pass init GPG-ID makes one");
    }
    if says(&["cancelled", "canceled"]) {
        return Answer::Dismissed;
    }
    if says(&["No secret key", "Inappropriate ioctl", "No pinentry", "Timeout"]) {
        return Answer::Locked;
    }
    Answer::Failed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(kind: &str, act: Act<'_>, code: i32, out: &str, err: &str) -> Answer {
        let keyring = Keyring::parse("test", kind).unwrap();
        let out = Zeroizing::new(out.to_owned());
        answer(&keyring, act, &Ended { code: Some(code), out, err: err.to_owned() })
    }

    #[test]
    fn each_answer_of_each_program() {
        let done = |text: &str| Answer::Done(Zeroizing::new(text.to_owned()));
        let service = "secret-service";
        let (find, unlock) = (Act::Find, Act::Unlock);
        assert_eq!(
            meaning(service, find, 0, "[/1]\nlabel = x\nsecret = {\"a\":1}\n", ""),
            done("{\"a\":1}")
        );
        assert_eq!(
            meaning(service, find, 0, "[/1]\nlabel = x\n", "of a locked object"),
            Answer::Locked
        );
        assert_eq!(meaning(service, find, 0, "", ""), Answer::Missing);
        assert_eq!(meaning(service, find, 0, "hello", ""), Answer::Failed);
        assert_eq!(meaning(service, unlock, 1, "", ""), Answer::Dismissed);
        for (err, why) in [
            ("Cannot autolaunch D-Bus without X11 $DISPLAY", "no D-Bus"),
            ("Could not connect: No such file or directory", "no D-Bus"),
            (
                "The name org.freedesktop.secrets was not provided by any .service files",
                "nothing provides",
            ),
            (
                "Object does not exist at path /org/freedesktop/secrets/collection/login",
                "no default",
            ),
        ] {
            let Answer::NoService(said, _) = meaning(service, find, 1, "", err) else {
                panic!("{err}")
            };
            assert!(said.contains(why), "{said}");
        }
        let locked = "Cannot create an item in a locked collection";
        assert_eq!(meaning(service, Act::Put("x"), 1, "", locked), Answer::Locked);
        assert_eq!(meaning("keychain", find, 0, "eyJhIjoxfQ==\n", ""), done("{\"a\":1}"));
        assert_eq!(meaning("keychain", find, 0, "?", ""), Answer::Failed);
        for (code, means) in [
            (44, Answer::Missing),
            (36, Answer::Locked),
            (51, Answer::Locked),
            (128, Answer::Dismissed),
            (1, Answer::Failed),
        ] {
            assert_eq!(meaning("keychain", find, code, "", ""), means);
        }
        let missing = "Error: assume-role/x is not in the password store.";
        assert_eq!(meaning("pass", find, 1, "", missing), Answer::Missing);
        assert_eq!(
            meaning("pass", find, 2, "", "gpg: decryption failed: No secret key"),
            Answer::Locked
        );
        assert_eq!(meaning("pass", find, 2, "", "gpg: Operation cancelled"), Answer::Dismissed);
        assert_eq!(meaning("pass", find, 127, "", "gpg: not found"), Answer::Failed);
        let reply = r#"{"ServerURL":"u","Username":"x","Secret":"{}"}"#;
        assert_eq!(meaning("helper:x", find, 0, reply, ""), done("{}"));
        assert_eq!(meaning("helper:x", find, 0, "no json", ""), Answer::Failed);
        let nothing = r#"{"ServerURL":"u","Username":"","Secret":""}"#;
        assert_eq!(meaning("helper:x", find, 0, nothing, ""), Answer::Missing);
        let missing = "credentials not found in native keychain\n";
        assert_eq!(meaning("helper:x", find, 1, missing, ""), Answer::Missing);
        let keyring = Keyring::Pass;
        let killed = Ended { code: None, out: Zeroizing::default(), err: String::new() };
        assert_eq!(answer(&keyring, find, &killed), Answer::Failed);
    }

    #[test]
    fn no_argument_holds_the_secret() {
        for kind in ["secret-service", "keychain", "pass", "helper:x"] {
            let keyring = Keyring::parse("test", kind).unwrap();
            let run = invocation(&keyring, Act::Put("s3cr3t"), "AKIA");
            let encoded = STANDARD.encode("s3cr3t");
            assert!(!run.arguments.iter().any(|word| word.contains("s3cr3t")), "{kind}");
            assert!(run.input.contains("s3cr3t") || run.input.contains(&encoded), "{kind}");
        }
    }
}
