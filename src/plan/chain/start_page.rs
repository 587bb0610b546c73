//! The addresses of start pages: whose they are, and which region they tell.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use crate::config::files::read_bytes;
use crate::types::sanitize::is_plain;
use crate::types::{Region, hex};

/// The longest file of a sign-on that is read, in bytes. A real one has about 4,000.
pub(crate) const LARGEST: u64 = 64 * 1024;

pub(super) fn host_of(url: &str) -> Option<&str> {
    url.strip_prefix("https://")?.split(['/', ':', '?', '#']).next()
}

/// Whether a URL is of the hosts that AWS has for start pages (AWS CLI, `sso/resolve.py`).
pub(super) fn is_page_of_aws(url: &str) -> bool {
    let services = ["amazonaws.com", "amazonaws.com.cn", "amazonaws.eu"];
    let is_of_service = |host: &str| {
        let service = services.iter().find_map(|suffix| host.strip_suffix(suffix));
        let is_issuer = |it: &str| ["identitycenter.", "identitycenter.us-gov."].contains(&it);
        service.is_some_and(|it| it.ends_with(".portal.") || is_issuer(it))
    };
    let is_plain = url.chars().all(|character| is_plain(character) && character != ' ');
    let host = host_of(url).filter(|_| is_plain).map(str::to_ascii_lowercase);
    host.is_some_and(|host| {
        let ends = [".app.aws", ".awsapps.com", ".awsapps.cn"];
        ends.iter().any(|end| host.ends_with(end)) || is_of_service(&host)
    })
}

/// The region that a start page tells (`https://ssoins-….portal.eu-west-1.app.aws/`).
pub(super) fn region_of_page(url: &str) -> Option<Region> {
    let host = host_of(url)?;
    let belongs = [".app.aws", ".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"]
        .iter()
        .find_map(|suffix| host.strip_suffix(suffix))?;
    let mut labels = belongs.split('.').filter(|label| *label != "portal");
    labels.find_map(|label| Region::parse("", label).ok())
}

/// Where what a text names is kept, as the AWS CLI makes its name.
pub(crate) fn sign_on_file(home: &Path, text: &str) -> PathBuf {
    home.join(".aws/sso/cache").join(format!("{}.json", hex(&Sha1::digest(text))))
}

/// The region of the sign-on that is kept for a start page, by whichever program.
pub(super) fn kept_region(home: &Path, name: Option<&str>, url: &str) -> Option<Region> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct TokenFile {
        start_url: String,
        region: String,
    }
    let file = read_bytes(&sign_on_file(home, name.unwrap_or(url)), None, LARGEST).ok()??;
    let bytes = Zeroizing::new(file.bytes);
    let kept: TokenFile = serde_json::from_slice(&bytes).ok()?;
    let is_usable = file.warning.is_none() && kept.start_url == url;
    Region::parse("", &kept.region).ok().filter(|_| is_usable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_aws_and_of_others() {
        for (url, is_of_aws) in [
            ("https://aws.corp.example/", false),
            ("https://corp.awsapps.com/start", true),
            ("https://corp.awsapps.com.evil.test/start", false),
            ("https://corp.awsapps.com@evil.test/start", false),
            ("https://start.home.awsapps.cn/directory/d", true),
            ("https://ssoins-1.portal.eu-west-1.app.aws", true),
            ("https://ssoins-1.eu-west-1.portal.amazonaws.com", true),
            ("https://identitycenter.us-gov.amazonaws.com/ssoins-1", true),
            ("https://identitycenter.amazonaws.eu/ssoins-1", true),
            ("https://identitycenter.x.s3.amazonaws.com/", false),
            ("http://ssoins-1.portal.eu-west-1.app.aws", false),
        ] {
            assert_eq!(is_page_of_aws(url), is_of_aws, "{url}");
        }
    }

    #[test]
    fn some_start_pages_tell_their_region() {
        for (url, region) in [
            ("https://ssoins-72230123456789ab.portal.eu-west-1.app.aws/", Some("eu-west-1")),
            ("https://ssoins-72230123456789ab.eu-west-1.portal.amazonaws.com", Some("eu-west-1")),
            ("https://ssoins-1.us-gov-west-1.portal.amazonaws.com/x", Some("us-gov-west-1")),
            ("https://corp.awsapps.com/start", None),
            ("https://eu-west-1.corp.example/start", None),
            ("https://sso.corp.example/?x=.eu-west-1.app.aws", None),
            ("https://corp.example/eu-west-1.app.aws", None),
        ] {
            let told = region_of_page(url);
            assert_eq!(told.as_ref().map(Region::as_str), region, "{url}");
        }
    }
}
