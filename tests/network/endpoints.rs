//! Which endpoint is asked, and which ones are refused before a packet leaves.

use crate::scenes::{Scene, bastion};
use crate::sources::console_sign_in::{self, ALICE, signed_in};
use crate::sources::sso::{SOON, keep, signed};

const READ: [&str; 2] = ["production", "read"];

/// A scene whose endpoint is not in the environment, and its URL.
fn unnamed() -> (Scene, String) {
    let mut scene = bastion();
    let url = scene.sts.url();
    scene.world.unset("AWS_ENDPOINT_URL_STS");
    scene.world.unset("AWS_ENDPOINT_URL_IAM");
    (scene, url)
}

#[test]
fn plain_http_outside_loopback_is_refused() {
    let (mut scene, _) = unnamed();
    for url in [
        "http://198.51.100.1", "http://169.254.169.254", "http://127.0.0.1.evil.test",
        "HTTP://10.0.0.1:80/x",
    ] {
        scene.world.config(&format!("[default]\nendpoint_url = {url}\n")).unwrap();
        let said = scene.refused_at_once(8, &["production", "read", "123456"]);
        assert!(said.contains("~/.aws/config:2") && said.contains("plain http"), "{said}");
        scene.world.config("").unwrap();
        for variable in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_IAM"] {
            scene.world.set(variable, url);
            let said = scene.refused_at_once(8, &["production", "read", "123456"]);
            assert!(said.contains(&format!("from {variable}")), "{said}");
            scene.world.unset(variable);
        }
    }
}

#[test]
fn an_invalid_endpoint_is_refused_and_a_password_in_it_not_shown() {
    let (mut scene, _) = unnamed();
    for url in [
        "sts", "file:///etc/passwd", "https://u:PASSWORD@127.0.0.1", "ftp://127.0.0.1",
        "https://[", "\u{1b}[31m",
    ] {
        scene.world.set("AWS_ENDPOINT_URL_STS", url);
        let said = scene.refused_at_once(3, &READ);
        assert!(said.contains("AWS_ENDPOINT_URL_STS") && !said.contains("PASSWORD"), "{said}");
        assert!(!said.contains('\u{1b}'), "{said:?}");
    }
    scene.world.set("AWS_ENDPOINT_URL_STS", "https://u:PASSWORD@sts.example.com/x");
    for words in
        [&["status"][..], &["status", "--json"], &["doctor"], &["explain", "production", "read"]]
    {
        let ran = scene.world.run(words).unwrap();
        let text = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!text.contains("PASSWORD"), "{words:?}: {text}");
    }
    let ran = scene.world.run(["status", "--json"]).unwrap();
    assert!(ran.stdout.contains("https://***@sts.example.com/x"), "{}", ran.stdout);
}

#[test]
fn an_endpoint_override_is_reported_with_its_place_on_a_fresh_switch_only() {
    let (mut scene, url) = unnamed();
    scene.world.config(&format!("[default]\nendpoint_url = {url}\n")).unwrap();
    scene.switch_with_code(&READ).assert_says(&format!("STS is asked at {url} (~/.aws/config:2)"));
    scene.switch(&READ).assert_silent_about("STS is asked");
    scene.world.set("AWS_ENDPOINT_URL", &url);
    scene
        .switch(&["production", "admin"])
        .assert_says(&format!("STS is asked at {url} (AWS_ENDPOINT_URL)"));
}

#[test]
fn service_variable_then_variable_then_service_section_then_profile() {
    let closed = super::retries::closed_port();
    let (mut scene, url) = unnamed();
    let config = |sts: &str, all: &str| {
        format!(
            "[services local]\nsts =\n  endpoint_url = {sts}\niam =\n  endpoint_url = {sts}\n[default]\nservices = local\nendpoint_url = {all}\n"
        )
    };
    scene.world.config(&config(&url, &closed)).unwrap();
    scene.switch_with_code(&READ);
    scene.world.config(&config(&closed, &closed)).unwrap();
    scene.world.set("AWS_ENDPOINT_URL", &url);
    scene.switch(&["production", "admin"]);
    scene.world.set("AWS_ENDPOINT_URL", &closed);
    scene.world.set("AWS_ENDPOINT_URL_STS", &url);
    scene.switch(&["production", "ops/deploy"]);
}

#[test]
fn sessions_of_one_endpoint_are_not_those_of_another() {
    let mut scene = bastion();
    scene.switch_with_code(&READ);
    let other = crate::fake_aws::sts::Sts::start().unwrap();
    scene.world.set("AWS_ENDPOINT_URL_STS", other.url());
    scene.world.set("AWS_ENDPOINT_URL_IAM", other.url());
    scene.refused(4, &READ);
    assert_eq!(other.count("AssumeRole"), 0);
}

#[test]
fn other_kinds_of_endpoints_and_an_override_exclude_each_other() {
    for variable in ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"] {
        let mut scene = bastion();
        scene.world.set(variable, "true");
        let said = scene.refused(3, &["production", "read", "123456"]);
        assert!(
            said.contains("cannot be asked as configured") && said.contains(variable),
            "{said}"
        );
        assert_eq!(scene.sts.count("GetCallerIdentity"), 0);
    }
}

const SERVICES: [&str; 6] =
    ["STS", "IAM", "Organizations", "SSO portal", "SSO sign-on", "AWS Sign-In"];

/// Which services were said to be asked elsewhere, in the order of the first time.
fn noted(said: &str) -> Vec<&str> {
    said.lines()
        .filter_map(|line| line.strip_prefix("note: ")?.split_once(" is asked at "))
        .map(|(service, _)| service)
        .collect()
}

/// The same as `explain` has it.
fn explained(scene: &Scene, words: &[&str]) -> Vec<String> {
    let ran = scene.world.run(["explain", "--json"].iter().chain(words)).unwrap();
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let values = told["values"].as_array().unwrap().iter();
    let elsewhere = values.filter(|value| value["origin"].as_str().unwrap().contains("ENDPOINT"));
    let names = elsewhere.map(|value| value["name"].as_str().unwrap().to_owned());
    names.filter(|name| SERVICES.contains(&name.as_str())).collect()
}

#[test]
fn each_service_asked_elsewhere_is_reported_once_and_only_where_it_is_asked() {
    let (mut scene, sso) = signed();
    let (of_console, service) = signed_in();
    let config = std::fs::read_to_string(scene.world.home().join(".aws/config")).unwrap();
    let me = format!("[profile me]\nlogin_session = {ALICE}\n");
    scene.world.config(&(config + &me)).unwrap();
    drop(of_console);
    scene.world.set("AWS_ENDPOINT_URL_SIGNIN", service.url());
    for variable in ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_IAM"] {
        assert!(scene.world.environment().contains_key(std::ffi::OsStr::new(variable)));
    }
    sso.add_refresh_token("refresh");
    keep(&scene, "ended", SOON, Some("refresh"));
    console_sign_in::keep(&scene, &service.sign_in(-60));
    let code = scene.code();
    for (words, expected) in [
        (&["read"][..], &["SSO sign-on", "SSO portal"][..]),
        (&["read"], &[]),
        (&["read", "--refresh"], &["SSO portal"]),
        (&["second"], &["STS"]),
        (&["me"], &["AWS Sign-In"]),
        (&["me"], &[]),
        (&["production", "first", &code], &["IAM", "STS"]),
    ] {
        let before = explained(&scene, words);
        let said = scene.switch(words).stderr;
        assert_eq!(noted(&said), expected, "{words:?}: {said}");
        if !expected.is_empty() {
            let in_order: Vec<&str> =
                SERVICES.into_iter().filter(|name| expected.contains(name)).collect();
            assert_eq!(before, in_order, "{words:?}");
        }
    }
    for (words, expected) in [
        (&["console", "production", "first"][..], &["AWS Sign-In"][..]),
        (&["login", "corp"], &["SSO sign-on"]),
        (&["login", "me", "--remote"], &[]),
        (&["logout", "corp"], &["SSO portal"]),
        (&["status"], &[]),
        (&["list"], &[]),
    ] {
        let ran = scene.world.run(words).unwrap();
        assert_eq!(noted(&ran.stderr), expected, "{words:?}: {ran:?}");
    }
    let status = scene.world.run(["status"]).unwrap().stdout;
    let doctor = scene.world.run(["doctor"]).unwrap().stdout;
    for name in SERVICES.into_iter().filter(|name| *name != "Organizations") {
        assert_eq!(status.matches(&format!("{name} ")).count(), 1, "{name}: {status}");
        assert_eq!(doctor.matches(&format!("{name} is asked at")).count(), 1, "{name}: {doctor}");
    }
    scene.world.set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    for verb in ["status", "doctor"] {
        let ran = scene.world.run([verb]).unwrap();
        assert!(!ran.stdout.contains("http://127.0.0.1"), "{ran:?}");
    }
}
