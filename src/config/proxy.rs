//! Which proxy a request goes through, by the variables that curl and the AWS CLI read too.
//!
//! The SDK's own reading of them sends requests for this machine through a proxy as well, and with
//! them MFA codes, keys and container tokens in clear text.

use std::net::IpAddr;

use http::Uri;
use ipnet::IpNet;

use super::environment::Environment;
use super::url::{address_of, is_loopback};
use crate::error::{Error, Result};
use crate::types::Secret;

#[derive(Clone, Debug)]
pub(crate) struct Proxy {
    /// With its scheme, and perhaps with a password.
    pub url: Secret,
    pub variable: &'static str,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    /// The entries of `NO_PROXY`, in lower case.
    exceptions: Vec<String>,
}

impl Proxies {
    pub(crate) fn new(environment: &Environment) -> Result<Self> {
        let first = |names: &[&'static str]| -> Result<Option<Proxy>> {
            for &variable in names {
                if let Some(url) = environment.text(variable)? {
                    return Ok(Some(Proxy { url: Secret::new(url.to_owned()), variable }));
                }
            }
            Ok(None)
        };
        // A CGI server hands the `Proxy` header of a stranger's request on as HTTP_PROXY.
        let http: &[_] = if environment.has("REQUEST_METHOD") {
            &["http_proxy", "ALL_PROXY", "all_proxy"]
        } else {
            &["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]
        };
        let exceptions = match environment.text("NO_PROXY")? {
            Some(text) => Some(text),
            None => environment.text("no_proxy")?,
        };
        Ok(Self {
            http: first(http)?,
            https: first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])?,
            exceptions: exceptions
                .unwrap_or_default()
                .split([',', ' ', '\t', '\n'])
                .filter(|entry| !entry.is_empty())
                .map(str::to_ascii_lowercase)
                .collect(),
        })
    }

    /// The proxy for a URL; `None` when the request goes straight to its host.
    pub(crate) fn for_url(&self, url: &Uri) -> Result<Option<Proxy>> {
        let (proxy, default_port) = match url.scheme_str() {
            Some("https") => (&self.https, 443),
            _ => (&self.http, 80),
        };
        let (Some(proxy), Some(host)) = (proxy, url.host()) else { return Ok(None) };
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let port = url.port_u16().unwrap_or(default_port);
        if is_local(&host) || self.exceptions.iter().any(|entry| excepts(entry, &host, port)) {
            return Ok(None);
        }
        proxy.checked().map(Some)
    }
}

impl Proxy {
    /// The proxy with the scheme `http` if it names none.
    fn checked(&self) -> Result<Self> {
        let Self { url, variable } = self;
        // The value is never shown: it may hold a password.
        let refuse = |why: &str| {
            Err(Error::config(format!("{variable} {why}"))
                .hint(format!("it looks like {variable}=http://proxy.example.com:8080")))
        };
        let Ok(uri) = url.expose().parse::<Uri>() else { return refuse("is not a URL") };
        if uri.host().is_none_or(str::is_empty) {
            return refuse("is not a URL");
        }
        match uri.scheme_str() {
            None => Ok(Self { url: Secret::new(format!("http://{}", url.expose())), variable }),
            Some("http" | "https") => Ok(self.clone()),
            Some(scheme) if scheme.starts_with("socks") => {
                refuse("names a SOCKS proxy, which is not supported")
            }
            Some(_) => refuse("is neither an http nor an https URL"),
        }
    }
}

/// Whether a host is this machine, or a service that only this machine can reach: instance metadata
/// and container credentials.
fn is_local(host: &str) -> bool {
    is_loopback(host)
        || address_of(host).is_some_and(|address| match address {
            IpAddr::V4(address) => address.is_link_local(),
            // fd00:ec2::/32 is AWS's link-local range of IPv6 (EC2 user guide, "Instance metadata").
            IpAddr::V6(address) => {
                address.is_unicast_link_local() || address.segments().starts_with(&[0xfd00, 0xec2])
            }
        })
}

/// Whether an entry of `NO_PROXY` is about a host: `*`, an address, a network, or a domain with all
/// names in it, whose leading dot makes no difference to curl and the AWS CLI. An entry with a port
/// is about that port only.
fn excepts(entry: &str, host: &str, port: u16) -> bool {
    let address = address_of(host);
    if let Ok(network) = entry.parse::<IpNet>() {
        return address.is_some_and(|address| network.contains(&address));
    }
    // The colons of an IPv6 address begin no port, unless it is in brackets.
    let (name, only_port) = match entry.rsplit_once(':') {
        Some((name, digits)) if !name.contains(':') || name.ends_with(']') => (name, Some(digits)),
        _ => (entry, None),
    };
    if only_port.is_some_and(|digits| digits.parse() != Ok(port)) {
        return false;
    }
    if name == "*" {
        return true;
    }
    let domain = name.trim_start_matches('*').trim_start_matches('.');
    match (address_of(name), address) {
        (Some(excepted), Some(address)) => excepted == address,
        (None, None) => {
            let before = host.strip_suffix(domain);
            before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy_for(pairs: &[(&str, &str)], url: &str) -> Result<Option<Proxy>> {
        let environment = Environment::from_pairs(pairs.iter().copied());
        Proxies::new(&environment)?.for_url(&url.parse().unwrap())
    }

    #[test]
    fn the_variable_of_the_scheme_comes_before_the_one_for_all() {
        let all = ("ALL_PROXY", "http://all");
        for (pairs, url, variable) in [
            (&[("HTTPS_PROXY", "http://a"), all][..], "https://sts.test", "HTTPS_PROXY"),
            (&[("https_proxy", "http://a"), all], "https://sts.test", "https_proxy"),
            (&[("https_proxy", "b"), ("HTTPS_PROXY", "a")], "https://sts.test", "HTTPS_PROXY"),
            (&[("HTTPS_PROXY", ""), ("all_proxy", "b")], "https://sts.test", "all_proxy"),
            (&[("HTTPS_PROXY", "a"), all], "http://sts.test", "ALL_PROXY"),
            (&[("HTTP_PROXY", "a")], "http://sts.test", "HTTP_PROXY"),
            (&[("http_proxy", "a")], "http://sts.test", "http_proxy"),
            (&[("HTTP_PROXY", "a"), ("REQUEST_METHOD", "GET")], "http://sts.test", ""),
            (&[("HTTP_PROXY", "a")], "https://sts.test", ""),
            (&[], "https://sts.test", ""),
        ] {
            let proxy = proxy_for(pairs, url).unwrap();
            assert_eq!(proxy.map_or("", |proxy| proxy.variable), variable, "{pairs:?} {url}");
        }
    }

    #[test]
    fn what_only_this_machine_can_reach_needs_no_proxy() {
        for host in [
            "127.0.0.1", "127.8.8.8:80", "localhost:1", "LOCALHOST.", "[::1]:1",
            "[::ffff:127.0.0.1]", "169.254.170.2", "169.254.169.254", "[fe80::1]",
            "[fd00:ec2::23]",
        ] {
            let url = format!("http://{host}/x");
            assert!(proxy_for(&[("ALL_PROXY", "http://p")], &url).unwrap().is_none(), "{host}");
        }
        for host in ["localhost.evil.test", "127.0.0.1.evil.test", "10.0.0.1", "[fd00:ec3::1]"] {
            let url = format!("http://{host}/x");
            assert!(proxy_for(&[("ALL_PROXY", "http://p")], &url).unwrap().is_some(), "{host}");
        }
    }

    #[test]
    fn exceptions_as_curl_and_go_read_them() {
        for (exceptions, direct, through) in [
            ("*", &["a.test", "10.0.0.1"][..], &[][..]),
            ("a.test", &["a.test", "A.test.", "b.a.test", "a.test:444"], &["aa.test", "a.tes"]),
            (".a.test", &["a.test", "b.a.test"], &["ba.test"]),
            ("*.a.test", &["b.a.test"], &["ba.test"]),
            ("A.TEST", &["a.test"], &[]),
            ("a.test:8443", &["a.test:8443", "b.a.test:8443"], &["a.test", "a.test:1"]),
            ("a.test:443", &["a.test"], &["a.test:8443"]),
            ("a.test:x", &[], &["a.test"]),
            ("10.1.2.3", &["10.1.2.3"], &["10.1.2.4", "a10.1.2.3"]),
            ("10.1.2.3:443", &["10.1.2.3"], &["10.1.2.3:1"]),
            ("10.0.0.0/8,", &["10.255.0.1"], &["11.0.0.1", "10.test"]),
            ("2001:db8::/32", &["[2001:db8::7]"], &["[2001:db9::7]"]),
            ("2001:db8::1", &["[2001:db8::1]"], &["[2001:db8::2]"]),
            ("[2001:db8::1]:443", &["[2001:db8::1]"], &["[2001:db8::1]:1"]),
            (" a.test ,b.test c.test", &["a.test", "b.test", "c.test"], &["d.test"]),
            (". , ..", &[], &["a.test"]),
        ] {
            for variable in ["NO_PROXY", "no_proxy"] {
                let pairs = [("HTTPS_PROXY", "http://p"), (variable, exceptions)];
                let is_direct = |host: &&str| {
                    proxy_for(&pairs, &format!("https://{host}/x")).unwrap().is_none()
                };
                assert!(direct.iter().all(is_direct), "{exceptions}");
                assert!(!through.iter().any(is_direct), "{exceptions}");
            }
        }
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_refused_by_its_variable_alone() {
        for (value, shown) in [
            ("socks5://u:hunter2@p:1", "HTTPS_PROXY names a SOCKS proxy"),
            ("socks5h://hunter2@p", "HTTPS_PROXY names a SOCKS proxy"),
            ("ftp://hunter2@p", "HTTPS_PROXY is neither"),
            ("http://[hunter2", "HTTPS_PROXY is not a URL"),
            ("://hunter2", "HTTPS_PROXY is neither"),
            ("/hunter2", "HTTPS_PROXY is not a URL"),
            ("\u{1b}hunter2", "HTTPS_PROXY is not a URL"),
        ] {
            let error = proxy_for(&[("HTTPS_PROXY", value)], "https://a.test").unwrap_err();
            let message = error.to_string();
            assert!(message.contains(shown) && !message.contains("hunter2"), "{value}: {message}");
        }
        for (value, url) in [
            ("p:3128", "http://p:3128"),
            ("http://p", "http://p"),
            ("https://u:x@p:1", "https://u:x@p:1"),
        ] {
            let proxy = proxy_for(&[("HTTPS_PROXY", value)], "https://a.test").unwrap().unwrap();
            assert_eq!(proxy.url.expose(), url);
            assert!(!format!("{proxy:?}").contains(url));
        }
    }
}
