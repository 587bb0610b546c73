//! A certificate authority made for one server, and the certificate that it gives to 127.0.0.1.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

/// What is wrong with the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// Nothing.
    Good,
    /// It ended years ago.
    Expired,
    /// It is for `sts.example.test`.
    WrongName,
}

/// A name of the server that only a proxy of the tests resolves: what is on loopback needs no proxy.
pub const ELSEWHERE: &str = "sts.elsewhere.test";

/// The server's side of TLS, and the PEM text of the authority that clients must trust.
///
/// # Errors
/// When a certificate cannot be made.
pub fn make(kind: Certificate) -> io::Result<(Arc<ServerConfig>, String)> {
    let (chain, key, authority) = certificates(kind).map_err(io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(io::Error::other)?;
    Ok((Arc::new(config), authority))
}

type Chain = (Vec<rustls::pki_types::CertificateDer<'static>>, PrivateKeyDer<'static>, String);

fn certificates(kind: Certificate) -> Result<Chain, rcgen::Error> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, "Loopback Test CA");
    let authority_key = KeyPair::generate()?;
    let authority_certificate = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);

    let name = if kind == Certificate::WrongName { "sts.example.test" } else { "localhost" };
    let mut leaf = CertificateParams::new(vec![name.to_owned()])?;
    if kind != Certificate::WrongName {
        leaf.subject_alt_names.push(SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        leaf.subject_alt_names.push(SanType::DnsName(ELSEWHERE.try_into()?));
    }
    if kind == Certificate::Expired {
        leaf.not_before = date_time_ymd(2020, 1, 1);
        leaf.not_after = date_time_ymd(2021, 1, 1);
    }
    let key = KeyPair::generate()?;
    let certificate = leaf.signed_by(&key, &issuer)?;
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    Ok((vec![certificate.der().clone()], key, authority_certificate.pem()))
}
