//! The readers of the OIDC API, for tests that hand them any bytes as the answer.

use serde_json::json;

use super::cache::{Registration, Renewal};
use super::device::{Started, invitation};
use super::oidc::{post_as, register, renew};
use crate::aws::{AwsError, Client};
use crate::types::{Moment, Secret};

const OIDC: &str = "https://oidc.example";

/// What the reader of one call makes of the answer: the texts that it gives away as good. `None`
/// behind the last call.
pub(crate) async fn read(client: &Client, call: u8) -> Option<Result<Vec<String>, AwsError>> {
    let secret = || Secret::new("secret".to_owned());
    let who = Registration { id: "id".to_owned(), secret: secret(), expires: Moment(1) };
    Some(match call {
        0 => register(client, OIDC, &[], json!({})).await.map(|_| Vec::new()),
        1 => {
            let renewal = Renewal { refresh: secret(), client: who };
            let token = renew(client, OIDC, &renewal, Moment(1)).await;
            token.map(|token| vec![token.access.expose().to_owned()])
        }
        2 => {
            let path = "device_authorization";
            let started = post_as::<Started>(&who, client, OIDC, path, json!({})).await;
            let begun =
                |it: &Started| invitation(it).map_or(Vec::new(), |it| vec![it.url, it.code]);
            started.as_ref().map(begun).map_err(Clone::clone)
        }
        _ => return None,
    })
}
