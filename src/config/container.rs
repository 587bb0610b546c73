//! What the environment of a container says about the keys of its role (AWS SDKs and tools
//! reference guide, "Container credential provider").

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use http::Uri;

use super::environment::Environment;
use super::files::read_text;
use crate::error::{Error, Result};
use crate::types::Secret;

/// The host of a relative URL: the agent of ECS.
const AGENT: &str = "http://169.254.170.2";
/// The agents of ECS and EKS, the only ones but this machine itself that may be asked in plain text.
const AGENTS: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23)),
];
/// The most that a file with a token may hold, in bytes.
const LONGEST_TOKEN: u64 = 64 << 10;

/// The variables, as they are: they matter only where the keys of a container are wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Container {
    relative: Option<String>,
    full: Option<String>,
    token_file: Option<PathBuf>,
    token: Option<Secret>,
}

impl Container {
    pub(crate) fn new(environment: &Environment) -> Self {
        let text = |name| environment.text(name).ok().flatten().map(str::to_owned);
        Self {
            relative: text("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
            full: text("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
            token_file: environment.path("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
            token: text("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(Secret::new),
        }
    }

    pub(crate) fn url(&self) -> Result<Uri> {
        let (variable, text) = match (&self.relative, &self.full) {
            (Some(path), _) => ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", format!("{AGENT}{path}")),
            (None, Some(url)) => ("AWS_CONTAINER_CREDENTIALS_FULL_URI", url.clone()),
            (None, None) => {
                return Err(Error::config(
                    "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor \
                     AWS_CONTAINER_CREDENTIALS_FULL_URI is set",
                ));
            }
        };
        let url =
            text.parse::<Uri>().ok().filter(|url| url.host().is_some_and(|host| !host.is_empty()));
        // A path such as @evil.test would make the agent a user name.
        let url =
            url.filter(|url| url.authority().is_some_and(|host| !host.as_str().contains('@')));
        let url = url.filter(|url| matches!(url.scheme_str(), Some("http" | "https")));
        url.ok_or_else(|| Error::config(format!("{variable} is not a URL")))
    }

    /// What proves that the question comes from this container. The file is read each time: it is
    /// replaced before its token ends.
    pub(crate) fn token(&self) -> Result<Option<Secret>> {
        let Some(path) = &self.token_file else { return Ok(self.token.clone()) };
        let file = read_text(path, None, LONGEST_TOKEN)?.ok_or_else(|| {
            Error::config("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names a file that does not exist")
        })?;
        Ok(Some(Secret::new(file.text.trim_end_matches(['\r', '\n']).to_owned())))
    }
}

pub(crate) fn may_be_asked_in_plain_text(address: IpAddr) -> bool {
    address.is_loopback() || AGENTS.contains(&address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(pairs: &[(&str, &str)]) -> Container {
        Container::new(&Environment::from_pairs(pairs.iter().copied()))
    }

    #[test]
    fn where_the_keys_are() {
        let (relative, full) =
            ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI");
        for (pairs, url) in [
            (&[(relative, "/v2/x"), (full, "https://a.test")][..], "http://169.254.170.2/v2/x"),
            (&[(full, "https://a.test/x")], "https://a.test/x"),
            (
                &[(full, "http://[fd00:ec2::23]/v1/credentials")],
                "http://[fd00:ec2::23]/v1/credentials",
            ),
        ] {
            assert_eq!(container(pairs).url().unwrap().to_string(), url);
        }
        for pairs in [
            &[][..],
            &[(relative, "@evil.test/")],
            &[(full, "file:///etc/passwd")],
            &[(full, "/x")],
            &[(full, "http://user:hunter2@127.0.0.1/")],
        ] {
            let error = container(pairs).url().unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn only_agents_and_this_machine_are_asked_in_plain_text() {
        for (address, may) in [
            ("127.0.0.1", true),
            ("::1", true),
            ("169.254.170.2", true),
            ("169.254.170.23", true),
            ("fd00:ec2::23", true),
            ("169.254.169.254", false),
            ("10.0.0.1", false),
        ] {
            assert_eq!(may_be_asked_in_plain_text(address.parse().unwrap()), may, "{address}");
        }
    }

    #[test]
    fn a_token_is_read_from_a_file_without_waiting() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        std::fs::write(at("token"), "from-file\n").unwrap();
        let fifo = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, at("fifo"), fifo, 0o600.into(), 0).unwrap();
        let token = |path: &std::path::Path| {
            let (file, variable) =
                ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN");
            container(&[(file, path.to_str().unwrap()), (variable, "of-variable")]).token()
        };
        assert_eq!(token(&at("token")).unwrap().unwrap().expose(), "from-file");
        for path in [at("fifo"), at("none"), "/dev/zero".into()] {
            assert!(token(&path).is_err(), "{}", path.display());
        }
    }
}
