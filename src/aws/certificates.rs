//! The certificates of a PEM file that the user trusts: read and checked here, since the HTTP
//! client panics on a file that is damaged.

use std::path::PathBuf;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::config::files::{CONFIG_CAP, read_bytes, shown_path};
use crate::error::{Error, Result};
use crate::plan::Chosen;

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";

/// The PEM blocks of a bundle that can be used. One that is whole but that TLS cannot use, such as
/// a certificate of an ancient version, is passed over, as other tools do.
pub(super) fn read_bundle(bundle: &Chosen<PathBuf>) -> Result<Vec<u8>> {
    let place = format!(
        "the certificate bundle {} from {}",
        shown_path(&bundle.value, None),
        bundle.origin
    );
    let cannot =
        |error: Error| Error::config(format!("{place} cannot be used")).because(error.message);
    let file = read_bytes(&bundle.value, None, CONFIG_CAP)
        .map_err(cannot)?
        .ok_or_else(|| Error::config(format!("{place} does not exist")))?;
    let is_damaged = || {
        Error::config(format!("{place} holds no whole PEM certificate"))
            .hint("a bundle is one or more blocks from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----")
    };
    let mut usable = Vec::new();
    let mut roots = RootCertStore::empty();
    for block in blocks(&file.bytes).ok_or_else(is_damaged)? {
        let certificate = CertificateDer::from_pem_slice(block).map_err(|_| is_damaged())?;
        if roots.add(certificate).is_ok() {
            usable.extend_from_slice(block);
            usable.push(b'\n');
        }
    }
    if usable.is_empty() { Err(is_damaged()) } else { Ok(usable) }
}

/// The blocks of a file, each with its two lines; `None` when one does not end.
fn blocks(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut blocks = Vec::new();
    let mut rest = bytes;
    while let Some(start) = memchr::memmem::find(rest, BEGIN) {
        rest = rest.get(start..)?;
        let (block, after) = rest.split_at_checked(memchr::memmem::find(rest, END)? + END.len())?;
        blocks.push(block);
        rest = after;
    }
    Some(blocks)
}
