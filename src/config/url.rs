//! URLs that secrets are sent to: https, or this machine.

use std::net::IpAddr;

use crate::error::{Error, Kind, Result};
use crate::types::sanitize::escape;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Purpose {
    pub what: &'static str,
    pub carries: &'static str,
    pub example: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protection {
    Safe,
    Plain,
}

/// Checks a URL; `allow_http` is what the user says about plain http outside loopback.
pub(crate) fn check_url(
    purpose: Purpose,
    url: &str,
    origin: &str,
    allow_http: bool,
) -> Result<Protection> {
    let Purpose { what, carries, example } = purpose;
    let hint = format!("it looks like {example}");
    let refuse = |why: &str| {
        Err(Error::config(format!("the {what} '{}' from {origin} {why}", escape(url)))
            .hint(hint.as_str()))
    };
    // What precedes an @ may be a password, whether or not the rest is a URL.
    if url.contains('@') {
        return Err(Error::config(format!(
            "the {what} from {origin} holds a user name or password"
        ))
        .hint("remove the part before the @"));
    }
    let Ok(uri) = url.parse::<http::Uri>() else { return refuse("is not a URL") };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return refuse("is not a URL");
    };
    let has_port = authority.as_str().len() > authority.host().len();
    if authority.host().is_empty() || has_port && authority.port_u16().is_none() {
        return refuse("is not a URL");
    }
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Ok(Protection::Safe),
        "http" if is_loopback(authority.host()) => Ok(Protection::Safe),
        "http" if allow_http => Ok(Protection::Plain),
        "http" => Err(Error::new(
            Kind::Guard,
            format!(
                "the {what} '{}' from {origin} is plain http: {carries} would travel unprotected",
                escape(url)
            ),
        )
        .hint("use https, or set ASSUME_ROLE_ALLOW_HTTP=1 if you mean it")),
        _ => refuse("is neither https nor http"),
    }
}

pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost" || address_of(host).is_some_and(|address| address.is_loopback())
}

pub(super) fn address_of(host: &str) -> Option<IpAddr> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURPOSE: Purpose =
        Purpose { what: "login", carries: "the password", example: "https://idp.example.com" };

    fn checked(url: &str, allow_http: bool) -> Result<Protection> {
        check_url(PURPOSE, url, "a test", allow_http)
    }

    #[test]
    fn https_in_any_case_and_loopback_are_safe() {
        for url in [
            "https://idp.test", "HTTPS://idp.test/x?y=z", "https://idp:8443", "http://127.0.0.1:1",
            "http://localhost:1/x", "http://[::1]",
        ] {
            assert_eq!(checked(url, false).unwrap(), Protection::Safe, "{url}");
        }
    }

    #[test]
    fn plain_http_is_guarded() {
        for url in [
            "http://idp", "HTTP://idp.test", "http://localhost.evil.test",
            "http://169.254.169.254", "http://127.0.0.1.evil.test",
        ] {
            assert_eq!(checked(url, false).unwrap_err().kind, Kind::Guard, "{url}");
            assert_eq!(checked(url, true).unwrap(), Protection::Plain, "{url}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for url in [
            "", "https.idp.test", "file:///x", "-K/tmp/x", "https://idp:99999", "https://idp:x",
            "https://:1", "ftp://idp",
        ] {
            assert_eq!(checked(url, true).unwrap_err().kind, Kind::Config, "{url}");
        }
        for url in ["https://user:hunter2@idp", "hunter2@"] {
            assert!(!checked(url, true).unwrap_err().to_string().contains("hunter2"), "{url}");
        }
    }
}
