//! Where AWS is asked: overrides of the user, or the endpoints of the partition.

use http::Uri;

use super::hosts::{Hosts, hosts};
use crate::config::proxy::Proxy;
use crate::config::url::{Purpose, check_url};
use crate::error::Result;
use crate::plan::chain::SsoSession;
use crate::plan::{Chosen, Connection, Overrides, Service};
use crate::types::sanitize::escape_url;
use crate::types::{Partition, Region};

const ENDPOINT: Purpose =
    Purpose { what: "endpoint", carries: "keys", example: "https://sts.eu-west-1.amazonaws.com" };

/// The regions that one STS served before each had its own (AWS SDKs and tools reference guide,
/// "AWS STS Regional endpoints").
const OLD_REGIONS: [&str; 15] = [
    "ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
    "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1",
    "us-east-2", "us-west-1", "us-west-2",
];

#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    /// The region that STS calls are signed for.
    pub region: Region,
    pub partition: Partition,
    /// STS elsewhere than the region's endpoint.
    pub sts: Option<String>,
    /// The one STS of the old regions, instead of the region's own.
    pub is_global: bool,
    /// The URL of IAM and the region its calls are signed for.
    pub iam: (String, String),
    /// The URL of Organizations and the region its calls are signed for, where it is needed.
    pub organizations: Option<(String, String)>,
    pub sso: Option<SsoEndpoints>,
    pub overrides: Overrides,
}

#[derive(Clone, Debug)]
pub(crate) struct SsoEndpoints {
    /// Gives keys for a token.
    pub portal: String,
    /// Gives a token.
    pub oidc: String,
}

impl Endpoints {
    pub(crate) fn resolve(
        region: Region,
        partition: Partition,
        overrides: &Overrides,
    ) -> Result<Self> {
        let (mut host, signing_region) = hosts(partition).iam;
        if overrides.fips && partition == Partition::default() {
            host = "iam-fips.amazonaws.com";
        }
        let is_global = overrides.legacy_sts
            && overrides.of(Service::STS).is_none()
            && !(overrides.fips || overrides.dual_stack)
            && OLD_REGIONS.contains(&region.as_str());
        let sts = overrides.of(Service::STS).map(|url| checked(url, overrides)).transpose()?;
        Ok(Self {
            region,
            partition,
            sts,
            is_global,
            iam: (url_of(Service::IAM, overrides, host)?, signing_region.to_owned()),
            organizations: None,
            sso: None,
            overrides: overrides.clone(),
        })
    }

    pub(crate) fn of(connection: &Connection) -> Result<Self> {
        Self::resolve(connection.region.clone(), connection.partition, &connection.endpoints)
    }

    /// The same with the IAM Identity Center of a session.
    pub(crate) fn with_sso(self, session: &SsoSession, overrides: &Overrides) -> Result<Self> {
        let host = |service: &str, is_dual| host(service, &session.region, overrides.fips, is_dual);
        let portal = host("portal.sso", overrides.dual_stack);
        let portal = url_of(Service::PORTAL, overrides, &portal)?;
        // A code that the other host begins leads to a page that fails.
        let oidc = host("oidc", overrides.dual_stack || session.has_dual_stack_page());
        let oidc = url_of(Service::SIGN_ON, overrides, &oidc)?;
        Ok(Self { sso: Some(SsoEndpoints { portal, oidc }), ..self })
    }

    /// The same with Organizations, which is global in each partition (AWS General Reference,
    /// Organizations endpoints).
    pub(crate) fn with_organizations(self, overrides: &Overrides) -> Result<Self> {
        let region = match self.partition.as_str() {
            "aws-cn" => "cn-northwest-1".to_owned(),
            _ => self.partition.default_region().to_string(),
        };
        let host = format!("organizations.{region}.{}", hosts(self.partition).suffix);
        let url = url_of(Service::ORGANIZATIONS, overrides, &host)?;
        Ok(Self { organizations: Some((url, region)), ..self })
    }

    /// The URL of STS in the region and the region, for calls that the one STS of the old regions does
    /// not know.
    pub(super) fn regional_sts(&self) -> (String, String) {
        let Overrides { fips, dual_stack, .. } = self.overrides;
        let usual = || format!("https://{}", host("sts", &self.region, fips, dual_stack));
        (self.sts.clone().unwrap_or_else(usual), self.region.to_string())
    }

    pub(crate) fn sts_shown(&self) -> String {
        match &self.sts {
            Some(url) => format!("STS at {}", escape_url(url)),
            None if self.is_global => "the global AWS STS".to_owned(),
            None => format!("AWS STS in {}", self.region),
        }
    }

    /// The proxy that calls of STS go through.
    pub(crate) fn proxy(&self) -> Result<Option<Proxy>> {
        let usual = || format!("https://sts.{}.{}", self.region, hosts(self.partition).suffix);
        let url = self.sts.clone().unwrap_or_else(usual).parse::<Uri>();
        url.map_or(Ok(None), |url| self.overrides.proxies.for_url(&url))
    }
}

/// The host of a service in a region. The plain hosts of GovCloud are FIPS endpoints, and its
/// dual-stack hosts are not (endpoint rules of the SDKs).
fn host(service: &str, region: &Region, fips: bool, is_dual: bool) -> String {
    let Hosts { suffix, dual_stack, .. } = hosts(region.partition());
    let is_gov = region.partition().as_str() == "aws-us-gov";
    let fips = if fips && (is_dual || !is_gov) { "-fips" } else { "" };
    format!("{service}{fips}.{region}.{}", if is_dual { dual_stack } else { suffix })
}

/// The sign-in page of a partition and its console: `https://HOST` each.
pub(super) fn sign_in_of(partition: Partition, overrides: &Overrides) -> Result<(String, String)> {
    let Hosts { sign_in, console, .. } = hosts(partition);
    Ok((url_of(Service::SIGN_IN, overrides, sign_in)?, format!("https://{console}")))
}

/// Where `aws login` signs in: each region has its own, and a sign-in is renewed where it was made.
pub(crate) fn sign_in_of_region(region: &Region, overrides: &Overrides) -> Result<String> {
    let Hosts { suffix, dual_stack, sign_in, .. } = hosts(region.partition());
    let domain = sign_in.split_once("signin.").map_or(sign_in, |(_, domain)| domain);
    let host = match (overrides.fips, overrides.dual_stack) {
        (false, false) => format!("{region}.signin.{domain}"),
        (true, false) => format!("signin-fips.{region}.{suffix}"),
        (fips, true) => {
            let service = if fips { "signin-fips" } else { "signin" };
            format!("{service}.{region}.{dual_stack}")
        }
    };
    url_of(Service::SIGN_IN, overrides, &host).map(|url| url.trim_end_matches('/').to_owned())
}

fn url_of(service: Service, overrides: &Overrides, host: &str) -> Result<String> {
    let chosen = overrides.of(service);
    chosen.map_or_else(|| Ok(format!("https://{host}")), |url| checked(url, overrides))
}

/// A configured endpoint, when it is one that keys may travel to.
fn checked(url: &Chosen<String>, overrides: &Overrides) -> Result<String> {
    check_url(ENDPOINT, &url.value, &url.origin.to_string(), overrides.allow_http)
        .map(|_| url.value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_sts_of_old_regions() {
        let is_global = |region: &str, fips| {
            let region = Region::parse("a test", region).unwrap();
            let overrides = Overrides { legacy_sts: true, fips, ..Overrides::default() };
            Endpoints::resolve(region.clone(), region.partition(), &overrides).unwrap().is_global
        };
        assert!(is_global("eu-west-1", false));
        assert!(
            !is_global("eu-west-1", true)
                && !is_global("af-south-1", false)
                && !is_global("us-gov-west-1", false)
        );
    }

    #[test]
    fn sts_has_hosts_of_every_kind() {
        // As the endpoint rules of the SDKs resolve them.
        for (region, fips, dual_stack, host) in [
            ("eu-west-1", false, false, "sts.eu-west-1.amazonaws.com"),
            ("eu-west-1", true, false, "sts-fips.eu-west-1.amazonaws.com"),
            ("eu-west-1", false, true, "sts.eu-west-1.api.aws"),
            ("us-gov-west-1", true, false, "sts.us-gov-west-1.amazonaws.com"),
            ("us-gov-west-1", true, true, "sts-fips.us-gov-west-1.api.aws"),
            ("cn-north-1", false, false, "sts.cn-north-1.amazonaws.com.cn"),
        ] {
            let region = Region::parse("a test", region).unwrap();
            let overrides = Overrides { fips, dual_stack, ..Overrides::default() };
            let endpoints = Endpoints::resolve(region.clone(), region.partition(), &overrides);
            let told = endpoints.unwrap().regional_sts();
            assert_eq!(told, (format!("https://{host}"), region.to_string()));
        }
    }

    #[test]
    fn a_console_sign_in_has_an_endpoint_in_each_region() {
        let at = |region: &str, fips, dual_stack| {
            let region = Region::parse("a test", region).unwrap();
            let overrides = Overrides { fips, dual_stack, ..Overrides::default() };
            sign_in_of_region(&region, &overrides).unwrap()
        };
        for (region, host) in [
            ("eu-west-1", "eu-west-1.signin.aws.amazon.com"),
            ("us-east-1", "us-east-1.signin.aws.amazon.com"),
            ("cn-north-1", "cn-north-1.signin.amazonaws.cn"),
            ("us-gov-west-1", "us-gov-west-1.signin.amazonaws-us-gov.com"),
            ("eusc-de-east-1", "eusc-de-east-1.signin.amazonaws-eusc.eu"),
            ("us-iso-east-1", "us-iso-east-1.signin.c2shome.ic.gov"),
            ("us-isob-east-1", "us-isob-east-1.signin.sc2shome.sgov.gov"),
            ("eu-isoe-west-1", "eu-isoe-west-1.signin.csphome.adc-e.uk"),
            ("us-isof-south-1", "us-isof-south-1.signin.csphome.hci.ic.gov"),
        ] {
            assert_eq!(at(region, false, false), format!("https://{host}"));
        }
        assert_eq!(at("eu-west-1", true, false), "https://signin-fips.eu-west-1.amazonaws.com");
        assert_eq!(at("eu-west-1", false, true), "https://signin.eu-west-1.api.aws");
        assert_eq!(at("us-gov-west-1", true, true), "https://signin-fips.us-gov-west-1.api.aws");
    }

    #[test]
    fn identity_center_has_hosts_of_every_kind() {
        let hosts = |start: &str, region: &str, fips, dual_stack| {
            let session = SsoSession::of_test(None, start, region);
            let region = session.region.clone();
            let overrides = Overrides { fips, dual_stack, ..Overrides::default() };
            let endpoints = Endpoints::resolve(region.clone(), region.partition(), &overrides);
            let sso = endpoints.unwrap().with_sso(&session, &overrides).unwrap().sso.unwrap();
            format!("{} {}", sso.portal, sso.oidc).replace("https://", "")
        };
        // As botocore's endpoint rules resolve them.
        for (region, kinds) in [
            (
                "eu-west-1",
                [
                    "portal.sso.eu-west-1.amazonaws.com oidc.eu-west-1.amazonaws.com",
                    "portal.sso.eu-west-1.api.aws oidc.eu-west-1.api.aws",
                    "portal.sso-fips.eu-west-1.amazonaws.com oidc-fips.eu-west-1.amazonaws.com",
                    "portal.sso-fips.eu-west-1.api.aws oidc-fips.eu-west-1.api.aws",
                ],
            ),
            (
                "us-gov-west-1",
                [
                    "portal.sso.us-gov-west-1.amazonaws.com oidc.us-gov-west-1.amazonaws.com",
                    "portal.sso.us-gov-west-1.api.aws oidc.us-gov-west-1.api.aws",
                    "portal.sso.us-gov-west-1.amazonaws.com oidc.us-gov-west-1.amazonaws.com",
                    "portal.sso-fips.us-gov-west-1.api.aws oidc-fips.us-gov-west-1.api.aws",
                ],
            ),
            (
                "cn-north-1",
                [
                    "portal.sso.cn-north-1.amazonaws.com.cn oidc.cn-north-1.amazonaws.com.cn",
                    "portal.sso.cn-north-1.api.amazonwebservices.com.cn oidc.cn-north-1.api.amazonwebservices.com.cn",
                    "portal.sso-fips.cn-north-1.amazonaws.com.cn oidc-fips.cn-north-1.amazonaws.com.cn",
                    "portal.sso-fips.cn-north-1.api.amazonwebservices.com.cn oidc-fips.cn-north-1.api.amazonwebservices.com.cn",
                ],
            ),
        ] {
            let told = [(false, false), (false, true), (true, false), (true, true)].map(
                |(fips, dual_stack)| hosts("https://corp.awsapps.com", region, fips, dual_stack),
            );
            assert_eq!(told, kinds, "{region}");
        }
        assert_eq!(
            hosts("https://ssoins-1.portal.eu-west-1.app.aws/x", "eu-west-1", false, false),
            "portal.sso.eu-west-1.amazonaws.com oidc.eu-west-1.api.aws"
        );
    }

    #[test]
    fn each_partition_has_its_iam() {
        let gov = Partition::parse("aws-us-gov").unwrap();
        let endpoints =
            Endpoints::resolve(gov.default_region(), gov, &Overrides::default()).unwrap();
        assert_eq!(
            endpoints.iam,
            ("https://iam.us-gov.amazonaws.com".to_owned(), "us-gov-west-1".to_owned())
        );
    }
}
