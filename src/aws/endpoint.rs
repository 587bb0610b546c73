//! Where STS and IAM are asked: overrides of the user, or the endpoints of the partition.

use super::sso::{SsoEndpoints, suffix};
use crate::config::url::{Purpose, check_url};
use crate::error::Result;
use crate::plan::{Chosen, Overrides};
use crate::types::sanitize::escape;
use crate::types::{Partition, Region};

/// What an endpoint is for.
const ENDPOINT: Purpose =
    Purpose { what: "endpoint", carries: "keys", example: "https://sts.eu-west-1.amazonaws.com" };

/// The regions that one STS served before each had its own (AWS SDKs and tools reference guide,
/// "AWS STS Regional endpoints").
const OLD_REGIONS: [&str; 15] = [
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// The endpoints of one run, checked.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    /// The region that STS calls are signed for.
    pub region: Region,
    /// The partition of the target.
    pub partition: Partition,
    /// STS elsewhere than the region's endpoint.
    pub sts: Option<String>,
    /// The one STS of the old regions, instead of the region's own.
    pub is_global: bool,
    /// The URL of IAM and the region its calls are signed for.
    pub iam: (String, String),
    /// The URL of Organizations and the region its calls are signed for, where the request needs
    /// it.
    pub organizations: Option<(String, String)>,
    /// The single sign-on, where the request needs it.
    pub sso: Option<SsoEndpoints>,
    /// FIPS endpoints.
    pub fips: bool,
    /// Dual-stack endpoints.
    pub dual_stack: bool,
}

impl Endpoints {
    /// Checks the overrides and fills in the partition's endpoints.
    pub(crate) fn resolve(
        region: Region,
        partition: Partition,
        overrides: &Overrides,
    ) -> Result<Self> {
        let checked = |chosen: &Option<Chosen<String>>| {
            chosen
                .as_ref()
                .map(|url| check(&url.value, &url.origin, overrides.allow_http))
                .transpose()
        };
        let (host, signing_region) = iam_of(partition, overrides.fips);
        let iam = checked(&overrides.iam)?.unwrap_or_else(|| format!("https://{host}"));
        let is_global = overrides.legacy_sts
            && !(overrides.fips || overrides.dual_stack)
            && OLD_REGIONS.contains(&region.as_str());
        Ok(Self {
            region,
            partition,
            sts: checked(&overrides.sts)?,
            is_global,
            iam: (iam, signing_region.to_owned()),
            organizations: None,
            sso: None,
            fips: overrides.fips,
            dual_stack: overrides.dual_stack,
        })
    }

    /// The same with the single sign-on of a region.
    pub(crate) fn with_sso(self, region: &Region, overrides: &Overrides) -> Result<Self> {
        Ok(Self { sso: Some(SsoEndpoints::resolve(region, overrides)?), ..self })
    }

    /// The same with Organizations, which is global in each partition (AWS General Reference,
    /// Organizations endpoints).
    pub(crate) fn with_organizations(self, overrides: &Overrides) -> Result<Self> {
        let region = match self.partition.as_str() {
            "aws-cn" => "cn-northwest-1".to_owned(),
            _ => self.partition.default_region().to_string(),
        };
        let url = match &overrides.organizations {
            Some(url) => check(&url.value, &url.origin, overrides.allow_http)?,
            None => format!("https://organizations.{region}.{}", suffix(self.partition)),
        };
        Ok(Self { organizations: Some((url, region)), ..self })
    }

    /// STS as messages name it.
    pub(crate) fn sts_shown(&self) -> String {
        match &self.sts {
            Some(url) => format!("STS at {}", escape(url)),
            None if self.is_global => "the global AWS STS".to_owned(),
            None => format!("AWS STS in {}", self.region),
        }
    }

    /// Whether every call goes to plain http, so that no trust store is needed.
    pub(crate) fn are_plain(&self) -> bool {
        self.sts.as_ref().is_some_and(|url| !url.starts_with("https:"))
            && !self.iam.0.starts_with("https:")
            && self.organizations.as_ref().is_none_or(|(url, _)| !url.starts_with("https:"))
            && self.sso.as_ref().is_none_or(SsoEndpoints::are_plain)
    }
}

/// A configured endpoint, when it is one that keys may travel to.
pub(super) fn check(url: &str, origin: &str, allow_http: bool) -> Result<String> {
    check_url(ENDPOINT, url, origin, allow_http).map(|_| url.to_owned())
}

/// IAM is global in each partition: its host and signing region (AWS General Reference, IAM
/// endpoints).
fn iam_of(partition: Partition, fips: bool) -> (&'static str, &'static str) {
    match partition.as_str() {
        "aws-cn" => ("iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        "aws-us-gov" => ("iam.us-gov.amazonaws.com", "us-gov-west-1"),
        "aws-iso" => ("iam.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
        "aws-iso-b" => ("iam.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1"),
        "aws-iso-e" => ("iam.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1"),
        "aws-iso-f" => ("iam.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1"),
        "aws-eusc" => ("iam.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
        _ if fips => ("iam-fips.amazonaws.com", "us-east-1"),
        _ => ("iam.amazonaws.com", "us-east-1"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn resolved(url: &str, allow_http: bool) -> Result<Endpoints> {
        let sts = Some(Chosen::new(url.to_owned(), "AWS_ENDPOINT_URL_STS"));
        let overrides = Overrides { sts, allow_http, ..Overrides::default() };
        Endpoints::resolve(Partition::default().default_region(), Partition::default(), &overrides)
    }

    #[test]
    fn https_and_loopback_pass() {
        for url in [
            "https://sts.example.com",
            "http://127.0.0.1:8080",
            "http://localhost:1/x",
            "http://[::1]:9",
        ] {
            assert!(resolved(url, false).is_ok(), "{url}");
        }
    }

    #[test]
    fn plain_http_elsewhere_is_guarded() {
        for url in [
            "http://198.51.100.1",
            "http://169.254.169.254",
            "http://localhost.evil.test",
            "http://127.0.0.1.evil.test",
        ] {
            assert_eq!(resolved(url, false).unwrap_err().kind, Kind::Guard, "{url}");
            assert!(resolved(url, true).is_ok(), "{url}");
        }
    }

    #[test]
    fn what_is_no_endpoint_is_refused() {
        for url in
            ["", "sts", "file:///etc/passwd", "https://u:p@sts.example.com", "http://a@127.0.0.1"]
        {
            let error = resolved(url, false).unwrap_err();
            assert_eq!(error.kind, Kind::Config, "{url}");
            assert!(!error.to_string().contains("u:p"), "{error}");
        }
    }

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
