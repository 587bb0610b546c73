//! How AWS is reached: which region is asked, other endpoints, other certificates, how long a call
//! may take.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::chosen::{Chosen, Origin, chosen};
use crate::config::Config;
use crate::config::container::Container;
use crate::config::environment::Environment;
use crate::config::profiles::Section;
use crate::config::proxy::Proxies;
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;
use crate::types::{Partition, Region};

#[derive(Clone, Debug)]
pub(crate) struct Connection {
    /// The region that STS is asked in.
    pub region: Region,
    pub partition: Partition,
    pub endpoints: Overrides,
    pub trust: Trust,
    /// The time for a call with all its attempts.
    pub timeout: Duration,
}

impl Connection {
    /// What the environment and a profile say. Where `region` is unknown or lies in another
    /// partition, STS is asked in the partition's default region.
    pub(super) fn resolve(
        region: Option<&Region>,
        partition: Partition,
        profile: Option<&Section<'_>>,
        config: &Config,
    ) -> Result<Self> {
        let here = region.filter(|region| region.partition() == partition).cloned();
        Ok(Self {
            region: here.unwrap_or_else(|| partition.default_region()),
            partition,
            endpoints: overrides(profile, config)?,
            trust: trust(profile, config),
            timeout: Duration::from_secs(config.settings.timeout.value.into()),
        })
    }
}

const IGNORED: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";

/// A service that is asked, as sections of `[services]` and names of calls have it, and as people do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    pub key: &'static str,
    pub name: &'static str,
}

impl Service {
    pub(crate) const STS: Self = Self { key: "sts", name: "STS" };
    pub(crate) const IAM: Self = Self { key: "iam", name: "IAM" };
    pub(crate) const ORGANIZATIONS: Self = Self { key: "organizations", name: "Organizations" };
    /// Gives keys for a token.
    pub(crate) const PORTAL: Self = Self { key: "sso", name: "SSO portal" };
    /// Gives a token.
    pub(crate) const SIGN_ON: Self = Self { key: "sso_oidc", name: "SSO sign-on" };
    /// Gives keys for a sign-in to the console, and a sign-in for keys.
    pub(crate) const SIGN_IN: Self = Self { key: "signin", name: "AWS Sign-In" };
    pub(crate) const ALL: [Self; 6] =
        [Self::STS, Self::IAM, Self::ORGANIZATIONS, Self::PORTAL, Self::SIGN_ON, Self::SIGN_IN];

    /// What variables say of where services are asked: of one, or of all that have none of their own.
    pub(crate) fn of_variables(
        environment: &Environment,
    ) -> Result<Vec<(Option<Self>, Chosen<String>)>> {
        let mut found = Vec::new();
        if environment.text(IGNORED)?.is_some_and(is_true) {
            return Ok(found);
        }
        for service in Self::ALL.map(Some).into_iter().chain([None]) {
            let own = service.map(|service| format!("_{}", service.key.to_ascii_uppercase()));
            let variable = format!("AWS_ENDPOINT_URL{}", own.unwrap_or_default());
            if let Some(url) = environment.text(&variable)? {
                let origin = Origin::Variable(variable.into());
                found.push((service, Chosen::new(url.to_owned(), origin)));
            }
        }
        Ok(found)
    }
}

/// Endpoints other than the region's own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    pub elsewhere: Vec<(Service, Chosen<String>)>,
    pub fips: bool,
    pub dual_stack: bool,
    /// The one STS of all old regions (`sts_regional_endpoints = legacy`).
    pub legacy_sts: bool,
    /// Plain http outside loopback is allowed (`ASSUME_ROLE_ALLOW_HTTP=1`).
    pub allow_http: bool,
    /// Which requests go through a proxy.
    pub proxies: Proxies,
    /// Where a container gets the keys of its role.
    pub container: Container,
    /// Where an instance gets those of its own.
    pub instance: String,
}

impl Overrides {
    pub(crate) fn of(&self, service: Service) -> Option<&Chosen<String>> {
        self.elsewhere.iter().find(|(known, _)| *known == service).map(|(_, url)| url)
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Trust {
    /// Those of the system (`SSL_CERT_DIR` is honoured), read when the first connection opens.
    System,
    /// Those of one PEM file.
    Bundle(Chosen<PathBuf>),
}

/// Endpoint overrides: environment, then the profile's service section, then its `endpoint_url`
/// (AWS SDKs and tools reference guide, "Service-specific endpoints", "AWS STS Regional
/// endpoints").
pub(super) fn overrides(profile: Option<&Section<'_>>, config: &Config) -> Result<Overrides> {
    let environment = &config.environment;
    let value = |key: &str| profile.and_then(|profile| profile.value(key));
    let said = |variable: &str, key: &str| -> Result<Option<String>> {
        let of_profile = || value(key).map(|value| value.text);
        Ok(environment.text(variable)?.or_else(of_profile).map(str::to_owned))
    };
    let on = |variable: &str, key: &str| -> Result<bool> {
        Ok(said(variable, key)?.is_some_and(|text| is_true(&text)))
    };
    let ignore = on(IGNORED, "ignore_configured_endpoint_urls")?;
    let of_variables = Service::of_variables(environment)?;
    let of_service = |service: Service| -> Result<Option<Chosen<String>>> {
        let named = |about| of_variables.iter().find(|(known, _)| *known == about);
        if let Some((_, url)) = named(Some(service)).or_else(|| named(None)) {
            return Ok(Some(url.clone()));
        }
        let section = value("services")
            .map(|name| config.profiles.services(name.text))
            .transpose()?
            .flatten();
        let own = section.as_ref().and_then(|section| section.nested(service.key, "endpoint_url"));
        Ok(own
            .or_else(|| value("endpoint_url"))
            .map(|url| Chosen::new(url.text.to_owned(), &url.place())))
    };
    let legacy_sts = match environment.text("AWS_STS_REGIONAL_ENDPOINTS")? {
        Some(word) => is_legacy("AWS_STS_REGIONAL_ENDPOINTS", word)?,
        None => {
            value("sts_regional_endpoints")
                .map(|word| is_legacy(&word.place().to_string(), word.text))
                .transpose()?
                == Some(true)
        }
    };
    let mut elsewhere = Vec::new();
    for service in Service::ALL.into_iter().filter(|_| !ignore) {
        elsewhere.extend(of_service(service)?.map(|url| (service, url)));
    }
    Ok(Overrides {
        elsewhere,
        fips: on("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")?,
        dual_stack: on("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")?,
        legacy_sts,
        allow_http: environment.turns_on("ASSUME_ROLE_ALLOW_HTTP")?,
        proxies: Proxies::new(environment)?,
        container: Container::new(environment),
        instance: instance(said)?,
    })
}

fn is_true(text: &str) -> bool {
    text.eq_ignore_ascii_case("true")
}

fn is_legacy(origin: &str, word: &str) -> Result<bool> {
    match word.to_ascii_lowercase().as_str() {
        "legacy" => Ok(true),
        "regional" => Ok(false),
        _ => Err(Error::config(format!(
            "{origin}: '{}' is not a kind of STS endpoint",
            escape_up_to(word, 80)
        ))
        .hint("it is regional or legacy")),
    }
}

/// The metadata service of an instance. The SDK would look for it in files that it opens itself.
fn instance(said: impl Fn(&str, &str) -> Result<Option<String>>) -> Result<String> {
    let (url, mode) = ("ec2_metadata_service_endpoint", "ec2_metadata_service_endpoint_mode");
    if let Some(url) = said("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)? {
        return Ok(url);
    }
    let mode = said("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", mode)?.unwrap_or_default();
    let is_new = mode.eq_ignore_ascii_case("ipv6");
    Ok(if is_new { "http://[fd00:ec2::254]" } else { "http://169.254.169.254" }.to_owned())
}

/// The certificates to trust: `AWS_CA_BUNDLE`, the profile's `ca_bundle`, else the system's. What stands in
/// the system's place is read as a bundle is: the TLS library would wait for ever at a fifo. With both of
/// its variables it is that library that knows how they add up, and only what would stop it is looked at.
pub(super) fn trust(profile: Option<&Section<'_>>, config: &Config) -> Trust {
    let environment = &config.environment;
    let named =
        |variable: &'static str| environment.path(variable).map(|path| Chosen::new(path, variable));
    let of_profile = || {
        let bundle = profile.and_then(|profile| chosen(profile, "ca_bundle"))?;
        Some(Chosen::new(PathBuf::from(&bundle.value), bundle.origin))
    };
    let stops = |path: &Path| path.exists() && !path.is_file() && path != Path::new("/dev/null");
    let is_read_here =
        |file: &Chosen<PathBuf>| !environment.has("SSL_CERT_DIR") || stops(&file.value);
    let of_system = || named("SSL_CERT_FILE").filter(is_read_here);
    let bundle = named("AWS_CA_BUNDLE").or_else(of_profile).or_else(of_system);
    bundle.map_or(Trust::System, Trust::Bundle)
}
