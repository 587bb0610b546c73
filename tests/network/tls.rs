//! Certificates: whom to trust, who is refused, and files of certificates that are none.

use crate::fake_aws::sts::{Certificate, Role, Sts, Trust, User};
use crate::scenes::{BASTION, PRODUCTION, Scene, binary};
use crate::support::world::World;

const READ: [&str; 2] = ["production", "read"];

/// A user without MFA behind https; `AWS_CA_BUNDLE` names the server's authority.
fn with(certificate: Certificate) -> Scene {
    let sts = Sts::start_tls(certificate).unwrap();
    let key = sts.add_user(User::new(BASTION, "alice"));
    sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
    let world = World::with_sts(binary(), &sts).unwrap();
    world.base(&key).unwrap();
    world.accounts(&format!(r#"{{"production": "{PRODUCTION}"}}"#)).unwrap();
    Scene { sts, world, key }
}

/// The program's own certificates, without any of this machine.
fn without_bundle(certificate: Certificate) -> Scene {
    let mut scene = with(certificate);
    scene.world.unset("AWS_CA_BUNDLE");
    scene
}

#[test]
fn an_authority_of_the_bundle_is_trusted() {
    let scene = with(Certificate::Good);
    scene.switch(&READ);
}

#[test]
fn an_authority_of_the_profiles_bundle_is_trusted() {
    let mut scene = with(Certificate::Good);
    let bundle = scene.world.root().join("ca.pem");
    scene.world.unset("AWS_CA_BUNDLE");
    scene.world.config(&format!("[default]\nca_bundle = {}\n", bundle.display())).unwrap();
    scene.switch(&READ);
}

#[test]
fn an_authority_of_the_systems_file_is_trusted() {
    let mut scene = with(Certificate::Good);
    let bundle = scene.world.root().join("ca.pem");
    scene.world.unset("AWS_CA_BUNDLE");
    scene.world.set("SSL_CERT_FILE", bundle);
    scene.switch(&READ);
}

#[test]
fn an_unknown_authority_is_refused_with_how_to_trust_it() {
    let said = without_bundle(Certificate::Good).refused(6, &READ);
    assert!(said.contains("certificate") && said.contains("AWS_CA_BUNDLE"), "{said}");
}

#[test]
fn an_ended_certificate_is_refused() {
    let said = with(Certificate::Expired).refused(6, &READ);
    assert!(said.to_lowercase().contains("expired"), "{said}");
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let said = with(Certificate::WrongName).refused(6, &READ);
    assert!(said.contains("not valid for"), "{said}");
}

#[test]
fn nothing_is_sent_to_a_host_that_is_not_trusted() {
    for scene in [
        without_bundle(Certificate::Good),
        with(Certificate::Expired),
        with(Certificate::WrongName),
    ] {
        scene.refused(6, &READ);
        assert_eq!(scene.sts.requests().len(), 0);
    }
}

#[test]
fn an_invalid_bundle_is_refused_with_the_setting_that_named_it() {
    let mut scene = with(Certificate::Good);
    let good = std::fs::read_to_string(scene.world.root().join("ca.pem")).unwrap();
    let block =
        |inner: &str| format!("-----BEGIN CERTIFICATE-----\n{inner}\n-----END CERTIFICATE-----\n");
    let half = &good[..good.len() / 2];
    for text in [
        "",
        "no certificates\n",
        half,
        &block("!!!!"),
        &block("AAAA"),
        &block(""),
        &(good.clone() + &block("!!!!")),
    ] {
        let path = scene.world.write("bundle.pem", text).unwrap();
        scene.world.set("AWS_CA_BUNDLE", path);
        let said = scene.refused(3, &READ);
        assert!(said.contains("bundle.pem") && said.contains("AWS_CA_BUNDLE"), "{text}: {said}");
    }
    assert_eq!(scene.sts.connections(), 0);
}

#[test]
fn a_bundle_that_is_not_a_regular_file_is_refused_without_waiting() {
    let mut scene = with(Certificate::Good);
    let fifo = scene.world.root().join("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0)
        .unwrap();
    for variable in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
        for path in [fifo.to_str().unwrap(), "/dev/zero", "/nonexistent\u{1b}[31m", "/tmp"] {
            scene.world.set(variable, path);
            let said = scene.refused(3, &READ);
            assert!(said.contains(variable) && !said.contains('\u{1b}'), "{said:?}");
        }
        scene.world.unset(variable);
    }
    scene.world.set("SSL_CERT_DIR", "/etc/ssl/certs");
    for path in [fifo.to_str().unwrap(), "/dev/zero"] {
        scene.world.set("SSL_CERT_FILE", path);
        assert!(scene.refused(3, &READ).contains("SSL_CERT_FILE"));
    }
}

#[test]
fn a_missing_file_of_the_system_is_an_error_and_no_crash() {
    let mut scene = without_bundle(Certificate::Good);
    for (name, status) in [("SSL_CERT_FILE", 3), ("SSL_CERT_DIR", 6)] {
        scene.world.set(name, "/nonexistent");
        let said = scene.refused(status, &READ);
        assert!(said.contains("certificate"), "{said}");
    }
}

#[test]
fn a_bundle_with_other_text_and_unusable_blocks_is_read() {
    let mut scene = with(Certificate::Good);
    let good = std::fs::read(scene.world.root().join("ca.pem")).unwrap();
    let unusable = b"\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\ntrailing\n";
    let text = [b"# Soci\xe9t\xe9 in Latin-1\r\n".as_slice(), &good, unusable].concat();
    let path = scene.world.write("bundle.pem", text).unwrap();
    scene.world.set("AWS_CA_BUNDLE", path);
    scene.switch(&READ);
}

#[test]
fn the_keys_of_a_connection_are_written_nowhere() {
    let mut scene = with(Certificate::Good);
    let log = scene.world.root().join("keys.log");
    scene.world.set("SSLKEYLOGFILE", &log);
    scene.switch(&READ);
    assert!(!log.exists());
}
