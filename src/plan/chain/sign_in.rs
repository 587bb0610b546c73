//! What a profile says about a console sign-in: `login_session`, as `aws login` writes it.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::config::profiles::Section;
use crate::error::{Error, Kind, Result};
use crate::plan::chosen::Chosen;
use crate::plan::desktop::Desktop;
use crate::types::quote::word;
use crate::types::sanitize::escape_up_to;
use crate::types::{Partition, Principal, hex};

/// A sign-in to the console, which the AWS CLI keeps in a file and which renews itself.
#[derive(Clone, Debug)]
pub(crate) struct SignIn {
    pub profile: String,
    /// The ARN of who signed in, which names the file too.
    pub arn: Chosen<String>,
    pub principal: Principal,
    pub partition: Partition,
    pub file: PathBuf,
    /// Where a page can be opened, if it can.
    pub desktop: Option<Desktop>,
}

impl SignIn {
    pub(crate) fn of_profile(profile: &Section<'_>, config: &Config) -> Result<Option<Self>> {
        let Some(arn) = profile.value("login_session") else { return Ok(None) };
        let arn = Chosen::new(arn.text.to_owned(), &arn.place());
        let principal = Principal::parse(&arn.value);
        let partition = arn.value.split(':').nth(1).and_then(|text| Partition::parse(text).ok());
        let (Some(principal), Some(partition)) = (principal, partition) else {
            return Err(Error::config(format!(
                "{}: '{}' is not a console sign-in",
                arn.origin,
                escape_up_to(&arn.value, 80)
            ))
            .because("login_session is the ARN of who signed in")
            .hint(format!("aws login --profile {}", word(profile.name()))));
        };
        let hash = hex(&Sha256::digest(&arn.value));
        let file = directory(config)?.join(format!("{hash}.json"));
        let profile = profile.name().to_owned();
        let desktop = Desktop::found(&config.environment);
        Ok(Some(Self { profile, arn, principal, partition, file, desktop }))
    }

    /// The error where the sign-in is not there, or does not renew any more.
    pub(crate) fn missing(&self) -> Error {
        Error::new(Kind::NeedsAnswer, format!("not signed in as {self}"))
            .because(format!("asked for by {}", self.arn.origin))
            .hint(self.login())
    }

    pub(crate) fn refuse_role(&self) -> Error {
        Error::refused(format!("{self} is root, and AWS does not let root assume roles"))
            .because(format!("login_session: {}", self.arn.origin))
            .hint(format!("sign in as a user or a role: {}", self.login()))
    }

    pub(crate) fn is_root(&self) -> bool {
        self.arn.value.ends_with(":root")
    }

    pub(crate) fn login(&self) -> String {
        format!("assume-role login {}", word(&self.profile))
    }
}

/// Where sign-ins are kept: `~/.aws/login/cache`, or the directory of the variable, in which the
/// AWS CLI expands `~` and other variables.
fn directory(config: &Config) -> Result<PathBuf> {
    let variable = "AWS_LOGIN_CACHE_DIRECTORY";
    let environment = &config.environment;
    let Some(text) = environment.text(variable)? else {
        return environment.home().map(|home| home.join(".aws/login/cache")).ok_or_else(|| {
            Error::config("HOME is not set, and console sign-ins are kept below it")
                .hint("set HOME to your home directory")
        });
    };
    let mut parts = text.split('$');
    let mut expanded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let in_braces = part.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let (name, rest) = in_braces
            .unwrap_or_else(|| part.split_at(part.find(|c| !is_name(c)).unwrap_or(part.len())));
        match environment.text(name)? {
            Some(value) => expanded += value,
            None => expanded.extend(["$", part.strip_suffix(rest).unwrap_or(part)]),
        }
        expanded += rest;
    }
    Ok(match (expanded.strip_prefix("~/"), environment.home()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(expanded),
    })
}

/// As messages name it.
impl std::fmt::Display for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&escape_up_to(&self.arn.value, 200))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::environment::Environment;

    fn sign_in(config: &str, variable: &str) -> Result<SignIn> {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".aws")).unwrap();
        std::fs::write(home.path().join(".aws/config"), config).unwrap();
        let pairs = [
            ("HOME", home.path().to_str().unwrap()),
            ("AWS_LOGIN_CACHE_DIRECTORY", variable),
            ("PLACE", "/p"),
        ];
        let config = Config::read(&Environment::from_pairs(pairs)).unwrap();
        let profile = config.profiles.require("c").unwrap();
        SignIn::of_profile(&profile, &config).map(Option::unwrap)
    }

    #[test]
    fn the_file_is_the_one_of_the_aws_cli() {
        let config = "[profile c]\nlogin_session = arn:aws:iam::123456789012:user/alice\n";
        // printf %s arn:aws:iam::123456789012:user/alice | sha256sum
        let name = "b7d71d383b9557a9bad4c3346c50365819226484c6824a0fdef66637be339db0.json";
        for (variable, directory) in
            [("/x", "/x/"), ("$PLACE/y", "/p/y/"), ("${PLACE}y", "/py/"), ("/$NONE/y", "/$NONE/y/")]
        {
            let file = sign_in(config, variable).unwrap().file;
            let file = file.to_str().unwrap();
            assert!(file == format!("{directory}{name}"), "{file}");
        }
        for variable in ["", "~/z"] {
            let place = if variable.is_empty() { "/.aws/login/cache/" } else { "/z/" };
            assert!(sign_in(config, variable).unwrap().file.to_str().unwrap().contains(place));
        }
    }

    #[test]
    fn who_signed_in() {
        for (arn, name, partition, is_root) in [
            ("arn:aws:iam::123456789012:user/team/alice", "alice", "aws", false),
            ("arn:aws-cn:sts::123456789012:assumed-role/Dev/alice", "Dev", "aws-cn", false),
            ("arn:aws:iam::123456789012:root", "root", "aws", true),
        ] {
            let config = format!("[profile c]\nlogin_session = {arn}\n");
            let found = sign_in(&config, "").unwrap();
            let told = (found.principal.name.as_str(), found.partition.as_str(), found.is_root());
            assert_eq!(told, (name, partition, is_root));
        }
        for wrong in ["alice", "arn:aws:iam::1:user/alice", "arn:moon:iam::123456789012:root"] {
            let config = format!("[profile c]\nlogin_session = {wrong}\n");
            let refusal = sign_in(&config, "").unwrap_err().message;
            assert!(refusal.starts_with("~/.aws/config:2: "), "{refusal}");
        }
    }
}
