//! What was asked for: the words and options of a command line, before anything is decided.
//!
//! `cli` makes it from what was typed, `ASSUME_ROLE_TARGET` keeps it as words, and no rule of the
//! command line parser reaches further in.

use std::fmt::Write as _;

use crate::types::Secret;
use crate::types::quote::word;
use crate::types::sanitize::escape_up_to;

/// The verbs; a test holds the list against the parser.
pub(crate) const VERBS: [&str; 21] = [
    "init", "export", "leave", "clear", "ensure", "exec", "env", "credential-process", "status",
    "list", "explain", "doctor", "console", "profile", "keys", "accounts", "login", "logout",
    "completions", "man", "help",
];

/// A target and everything that shapes its session, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    /// `ACCOUNT ROLE`, an ARN or a profile; then an MFA code and a region.
    pub words: Vec<String>,
    pub profile: Option<String>,
    pub via: Vec<String>,
    pub base: Option<String>,
    pub scheme: Option<String>,
    pub region: Option<String>,
    pub mfa_code: Option<Secret>,
    pub mfa_serial: Option<String>,
    pub saml_response: Option<String>,
    pub web_identity_token_file: Option<String>,
    pub session: SessionOptions,
    pub refresh: bool,
    pub yes: bool,
    pub write: bool,
    pub no_input: bool,
    /// A session with less left is renewed, in seconds.
    pub min_left: i64,
    pub invocation: Invocation,
}

/// How the target was asked for, so that a hint names the command that was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Invocation {
    /// The verb before the target, with a blank: `exec `; nothing for a switch.
    pub verb: &'static str,
    /// Between the verb and the target: the name of a profile to write.
    pub name: String,
    /// The options that were typed, each followed by its value.
    pub options: Vec<String>,
    /// What has to stand behind the target, with a blank before it: ` -- aws s3 ls`.
    pub rest: String,
}

impl Invocation {
    /// Behind a verb.
    pub(crate) fn of_verb(verb: &'static str) -> Self {
        Self { verb, ..Self::default() }
    }

    /// With another word between verb and target.
    pub(crate) fn behind(self, name: &str) -> Self {
        Self { name: format!("{} ", word(name)), ..self }
    }

    /// With an option of the verb, if it was given.
    pub(crate) fn option(mut self, name: &str, value: Option<&str>) -> Self {
        self.options
            .extend(value.into_iter().flat_map(|value| [name.to_owned(), value.to_owned()]));
        self
    }

    /// With an option of the verb that takes no value.
    pub(crate) fn flag(mut self, name: &str, is_given: bool) -> Self {
        self.options.extend(is_given.then(|| name.to_owned()));
        self
    }

    /// The command that was typed, for another target.
    pub(crate) fn with(&self, words: &[&str]) -> String {
        self.command(&[], words)
    }

    /// The same with another option and its value, in place of the one of that name. A target that
    /// would be read as a verb or an option stands behind a `--`.
    pub(crate) fn command(&self, option: &[&str], words: &[&str]) -> String {
        let mut options: Vec<&str> = Vec::new();
        let mut typed = self.options.iter().map(String::as_str).peekable();
        while let Some(name) = typed.next() {
            let value = typed.next_if(|word| !word.starts_with("--"));
            let is_replaced = option.first() == Some(&name);
            options.extend([Some(name), value].into_iter().flatten().filter(|_| !is_replaced));
        }
        options.extend(option);
        let is_read_otherwise = |word: &&str| word.starts_with('-') && word.len() > 1;
        let is_verb =
            self.verb.is_empty() && words.first().is_some_and(|word| VERBS.contains(word));
        let words = match is_verb || words.iter().any(is_read_otherwise) {
            true => [&options, &["--"][..], words].concat(),
            false => [words, &options].concat(),
        };
        let words: Vec<String> = words.into_iter().map(word).collect();
        let before = format!("assume-role {}{}{}", self.verb, self.name, words.join(" "));
        // It is one line, whatever was typed.
        escape_up_to(&format!("{}{}", before.trim_end(), self.rest), usize::MAX)
    }

    /// The form of a target, for an error about words where none is known.
    pub(crate) fn usage(&self) -> String {
        let Self { verb, name, rest, .. } = self;
        format!("assume-role {verb}{name}ACCOUNT ROLE [MFA_CODE] [REGION]{rest}")
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SessionOptions {
    pub duration: Option<String>,
    pub name: Option<String>,
    pub external_id: Option<String>,
    pub source_identity: Option<String>,
    pub policy: Option<String>,
    pub policy_arns: Vec<String>,
    pub tags: Vec<String>,
    pub transitive_tags: Vec<String>,
}

impl SessionOptions {
    /// The options that were given, for those who must refuse them.
    pub(crate) fn given(&self) -> impl Iterator<Item = &'static str> {
        let given = [
            ("--duration", self.duration.is_some()),
            ("--session-name", self.name.is_some()),
            ("--external-id", self.external_id.is_some()),
            ("--source-identity", self.source_identity.is_some()),
            ("--tag", !self.tags.is_empty()),
            ("--transitive-tag", !self.transitive_tags.is_empty()),
            ("--policy", self.policy.is_some()),
            ("--policy-arn", !self.policy_arns.is_empty()),
        ];
        given.into_iter().filter(|(_, is_given)| *is_given).map(|(option, _)| option)
    }
}

impl Request {
    pub(crate) fn of_words<T: Into<String>>(words: impl IntoIterator<Item = T>) -> Self {
        Self { words: words.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// This request with its options in what hints repeat. No code and no consent is among them.
    pub(crate) fn repeated_by_hints(mut self) -> Self {
        let kept = self.kept_words(None, &[]);
        let words = kept.iter().filter(|word| *word != "--");
        let words =
            words.flat_map(|word| word.split_once('=').map_or([word.as_str(), ""], Into::into));
        self.invocation.options.extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
        self
    }

    pub(crate) fn names_target(&self) -> bool {
        let options =
            [&self.profile, &self.scheme, &self.saml_response, &self.web_identity_token_file];
        !self.words.is_empty() || options.iter().any(|option| option.is_some())
    }

    /// Whether an option asks for another session than the one that this shell has.
    pub(crate) fn changes_session(&self) -> bool {
        let Self { yes, no_input, min_left, .. } = *self;
        let invocation = self.invocation.clone();
        *self != Self { yes, no_input, min_left, invocation, ..Self::default() }
    }

    /// The options that also hold for the credentials a role is assumed from: how the base proves
    /// itself. A code together with `--refresh` asks for new credentials all the way.
    pub(super) fn for_source(&self, words: Vec<String>, via: &[String]) -> Self {
        Self {
            words,
            via: via.to_vec(),
            base: self.base.clone(),
            scheme: self.scheme.clone(),
            mfa_code: self.mfa_code.clone(),
            mfa_serial: self.mfa_serial.clone(),
            saml_response: self.saml_response.clone(),
            web_identity_token_file: self.web_identity_token_file.clone(),
            write: self.write,
            no_input: self.no_input,
            yes: self.yes,
            invocation: self.invocation.clone(),
            ..Self::default()
        }
    }

    /// This request with what it leaves out taken from a kept one. Every field is named: an option
    /// that got lost here would leave a session wider than was asked for.
    pub(crate) fn over(self, kept: Self) -> Self {
        fn either<T>(typed: Vec<T>, kept: Vec<T>) -> Vec<T> {
            if typed.is_empty() { kept } else { typed }
        }
        let (typed, before) = (self.session, kept.session);
        Self {
            words: kept.words,
            profile: kept.profile,
            via: either(self.via, kept.via),
            base: self.base.or(kept.base),
            scheme: self.scheme.or(kept.scheme),
            region: self.region.or(kept.region),
            mfa_serial: self.mfa_serial.or(kept.mfa_serial),
            saml_response: self.saml_response.or(kept.saml_response),
            web_identity_token_file: self.web_identity_token_file.or(kept.web_identity_token_file),
            session: SessionOptions {
                duration: typed.duration.or(before.duration),
                name: typed.name.or(before.name),
                external_id: typed.external_id.or(before.external_id),
                source_identity: typed.source_identity.or(before.source_identity),
                policy: typed.policy.or(before.policy),
                policy_arns: either(typed.policy_arns, before.policy_arns),
                tags: either(typed.tags, before.tags),
                transitive_tags: either(typed.transitive_tags, before.transitive_tags),
            },
            write: self.write || kept.write,
            mfa_code: self.mfa_code,
            refresh: self.refresh,
            yes: self.yes,
            no_input: self.no_input,
            min_left: self.min_left,
            invocation: self.invocation,
        }
    }

    /// The request as words that ask for the same session again: what was chosen on the command
    /// line and the target, never a code or a consent. `region` stood among the words, `target` is
    /// what the rest came down to.
    pub(super) fn kept_words(&self, region: Option<&str>, target: &[&str]) -> Vec<String> {
        // What was read from standard input is gone.
        let file = |path: &Option<String>| path.clone().filter(|path| path != "-");
        let session = &self.session;
        let single = [
            ("--region", self.region.clone().or(region.map(str::to_owned))),
            ("--duration", session.duration.clone()),
            ("--mfa-serial", self.mfa_serial.clone()),
            ("--base", self.base.clone()),
            ("--scheme", self.scheme.clone()),
            ("--session-name", session.name.clone()),
            ("--external-id", session.external_id.clone()),
            ("--source-identity", session.source_identity.clone()),
            ("--policy", session.policy.clone()),
            ("--saml-response", file(&self.saml_response)),
            ("--web-identity-token-file", file(&self.web_identity_token_file)),
            ("--profile", self.profile.clone()),
        ];
        let several = [
            ("--via", &self.via),
            ("--policy-arn", &session.policy_arns),
            ("--tag", &session.tags),
            ("--transitive-tag", &session.transitive_tags),
        ];
        let several = several.into_iter().flat_map(|(option, values)| {
            values.iter().map(move |value| (option, Some(value.clone())))
        });
        let mut words: Vec<String> = single
            .into_iter()
            .chain(several)
            .filter_map(|(option, value)| {
                let mut word = option.to_owned();
                write!(word, "={}", value?).ok().map(|()| word)
            })
            .collect();
        if self.write {
            words.push("--write".to_owned());
        }
        words.push("--".to_owned());
        words.extend(target.iter().map(|&word| word.to_owned()));
        words
    }
}
