//! What the words do not tell by themselves: targets, files, variables, exit codes. For `--help`
//! and the manual page.

use std::fmt::Write;

/// Where the text of a row begins, and where it ends, in columns.
const INDENT: usize = 30;
const WIDTH: usize = 79;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Section {
    pub title: &'static str,
    /// What it is about, in a sentence or two.
    pub text: &'static str,
    pub rows: &'static [(&'static str, &'static str)],
}

/// The parts, in the order of reading.
pub(crate) const SECTIONS: [Section; 6] = [
    Section {
        title: "Targets",
        text: "What a switch and most verbs are about. Without one, exec, env and console mean the role of this shell.",
        rows: &[
            (
                "ACCOUNT ROLE",
                "a name of ~/.aws/accounts or a 12-digit id, and a role with its path, if it has one",
            ),
            ("ACCOUNT:ROLE", "the same, as the prompt shows it"),
            ("ACCOUNT", "its default role, its only known role, or the picker"),
            (
                "PROFILE",
                "a profile of ~/.aws/config, with its chain, its MFA device and its durations",
            ),
            (
                "arn:aws:iam::ID:role/ROLE",
                "a role of any partition; --role-arn ARN and --duration-seconds N are understood, too",
            ),
            ("-", "the role that this shell had before"),
            (
                "MFA_CODE, REGION",
                "behind the role, in any order: six digits, and a word like eu-west-1",
            ),
            ("-- list read", "an account whose name is that of a verb"),
        ],
    },
    Section {
        title: "Protected accounts",
        text: "\"protected\": true in ~/.aws/accounts asks anyone who enters the account, under any of its names, to type the \
               name first; --yes is for scripts. A renewal is not asked about. \"read_only\": true attaches the policy \
               ReadOnlyAccess to each session until --write is given.",
        rows: &[],
    },
    Section {
        title: "Lengths",
        text: "One MFA code a day serves all roles of up to an hour, since AWS gives no more to sessions made from other \
               temporary keys. Longer ones (--duration 4h) take a code each.",
        rows: &[],
    },
    Section {
        title: "Files",
        text: "",
        rows: &[
            ("~/.aws/accounts", "names for account ids, in JSON (ACCOUNTS_FILE)"),
            ("~/.aws/config", "profiles, sign-ons, endpoints (AWS_CONFIG_FILE)"),
            ("~/.aws/credentials", "the keys of your own user (AWS_SHARED_CREDENTIALS_FILE)"),
            ("~/.saml/credentials", "user and password for --scheme saml (SAML_FILE)"),
            ("~/.config/assume-role/", "config.toml: prompt, defaults, store; optional"),
            (
                "~/.local/state/assume-role/",
                "temporary keys and the history of use, for you alone (XDG_STATE_HOME)",
            ),
        ],
    },
    Section {
        title: "Variables",
        text: "Options win over accounts and profiles, those over variables, those over config.toml. A switch sets the \
               AWS_ keys, AWS_REGION and AWS_DEFAULT_REGION, AWS_ACCOUNT_ID, AWS_ACCOUNT_NAME, AWS_ACCOUNT_ROLE, the \
               expiry, and ASSUME_ROLE_ variables for prompt and renewal; leave takes them away.",
        rows: &[
            ("AWS_REGION", "the region, unless something nearer names one"),
            ("AWS_PROFILE_ASSUME_ROLE", "the base: the profile whose keys ask for roles"),
            ("AWS_ROLE_SESSION_TIMEOUT", "how long sessions last, in seconds"),
            ("AWS_ASSUME_ROLE_AUTH_SCHEME", "bastion, sso, saml, web-identity or profile"),
            ("AWS_USERNAME", "the name of sessions in AWS's logs, and the user of saml"),
            (
                "SAML_IDP_ASSERTION_URL",
                "where saml logs in; also SAML_IDP_NAME, SAML_IDP_REQUEST_BODY_TEMPLATE",
            ),
            (
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                "the token of web-identity; AWS_ROLE_ARN names its role",
            ),
            (
                "AWS_ENDPOINT_URL",
                "another endpoint; also for one service, with _STS, _IAM, _SSO, _SSO_OIDC, _SIGNIN or _ORGANIZATIONS",
            ),
            ("AWS_CA_BUNDLE", "the certificates to trust"),
            ("ASSUME_ROLE_ALLOW_HTTP", "1: plain http outside this machine is not refused"),
            ("ASSUME_ROLE_CONFIG_<KEY>", "a key of config.toml"),
            ("ASSUME_ROLE_STORE", "where sessions are kept: file, runtime or none"),
            ("ASSUME_ROLE_TIMEOUT", "how long AWS may take in all: 8s"),
            ("ASSUME_ROLE_LEGACY", "1: the names of the old script too, a 12-hour key among them"),
            ("NO_COLOR", "no colour"),
        ],
    },
    Section {
        title: "Exit codes",
        text: "exec gives the code of its command.",
        rows: &[
            ("0", "done"),
            ("1", "doctor found something broken"),
            ("2", "wrong words"),
            ("3", "no such account, role or profile, or a bad file or value"),
            ("4", "refused by AWS or the identity provider"),
            ("5", "needs an answer and may not ask"),
            ("6", "network, service, or a malformed reply"),
            ("7", "not enough time left"),
            ("8", "refused by a guard"),
            ("9", "local files, or a read-only variable"),
            ("70", "a fault of this program"),
            ("126, 127", "exec: the command cannot be run, or is not there"),
            ("130", "cancelled"),
        ],
    },
];

pub(super) fn text() -> String {
    let mut out = String::new();
    for Section { title, text, rows } in SECTIONS {
        let _ = writeln!(out, "{title}:");
        for line in wrapped(text, WIDTH - 2) {
            let _ = writeln!(out, "  {line}");
        }
        for (term, text) in rows {
            let lines = wrapped(text, WIDTH - INDENT);
            let (first, rest) =
                lines.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
            let _ = writeln!(out, "  {term:width$}{first}", width = INDENT - 2);
            for line in rest {
                let _ = writeln!(out, "{:INDENT$}{line}", "");
            }
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut().filter(|line| line.len() + 1 + word.len() <= width) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_room_and_lines_fit() {
        assert!(
            SECTIONS
                .iter()
                .flat_map(|section| section.rows)
                .all(|(term, _)| term.len() < INDENT - 2)
        );
        assert!(text().lines().all(|line| line.chars().count() <= WIDTH), "{}", text());
    }
}
