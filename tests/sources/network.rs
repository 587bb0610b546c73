//! What a profile says about the way to AWS.

use super::{chain, configure, role};
use crate::scenes::Scene;

fn without_variables() -> Scene {
    let mut scene = chain();
    scene.world.unset("AWS_ENDPOINT_URL_STS");
    scene.world.unset("AWS_ENDPOINT_URL_IAM");
    scene
}

#[test]
fn endpoints_of_the_profile_and_of_its_services() {
    let scene = without_variables();
    let url = scene.sts.url();
    let services =
        format!("[services mine]\nsts =\n  endpoint_url = {url}\niam =\n  endpoint_url = {url}\n");
    let config = [
        role("first", &format!("source_profile = keys\nendpoint_url = {url}")),
        "[profile other]\nrole_arn = arn:aws:iam::123456789012:role/first\nsource_profile = keys\nservices = mine\nendpoint_url = http://198.51.100.1\n".to_owned(),
        services,
    ];
    configure(&scene, "keys", &config.concat());
    for profile in ["first", "other"] {
        let told = scene.switch(&[profile, "--refresh"]);
        told.assert_says("(~/.aws/config:");
    }
    assert_eq!(scene.sts.count("AssumeRole"), 2);
}

#[test]
fn plain_http_in_a_profile_is_guarded_before_any_packet() {
    let scene = without_variables();
    configure(
        &scene,
        "keys",
        &role("first", "source_profile = keys\nendpoint_url = http://198.51.100.1"),
    );
    let said = scene.refused(8, &["first"]);
    assert!(said.contains("~/.aws/config:4"), "{said}");
    assert_eq!(scene.sts.connections(), 0);
}

#[test]
fn a_missing_bundle_is_reported_with_its_line() {
    let scene = chain();
    configure(
        &scene,
        "keys",
        &role("first", "source_profile = keys\nca_bundle = /nonexistent/ca.pem"),
    );
    let said = scene.refused(3, &["first"]);
    assert!(said.contains("/nonexistent/ca.pem from ~/.aws/config:4"), "{said}");
}

#[test]
fn the_region_is_the_typed_one_the_profiles_the_environments_or_the_sources() {
    let mut scene = chain();
    let config = [
        role("first", "source_profile = keys\nregion = eu-west-2"),
        "[profile bare]\nrole_arn = arn:aws:iam::123456789012:role/first\nsource_profile = keys\n"
            .to_owned(),
        "[profile keys]\nregion = eu-north-1\n".to_owned(),
    ];
    configure(&scene, "keys", &config.concat());
    let region =
        |scene: &Scene, words: &[&str]| scene.switch(words).get("AWS_REGION").map(str::to_owned);
    assert_eq!(region(&scene, &["bare"]).as_deref(), Some("eu-north-1"));
    scene.world.set("AWS_REGION", "us-west-2");
    assert_eq!(region(&scene, &["bare"]).as_deref(), Some("us-west-2"));
    assert_eq!(region(&scene, &["first"]).as_deref(), Some("eu-west-2"));
    assert_eq!(region(&scene, &["first", "ap-south-1"]).as_deref(), Some("ap-south-1"));
}
