//! Every reader of what AWS answers, for tests that hand them any bytes as the answer.

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use super::access_keys::IamUser;
use super::client::{Client, PATIENCE};
use super::console::{Grant, sign_in_tokens};
use super::dpop::ProofKey;
use super::endpoint::{Endpoints, SsoEndpoints};
use super::error::AwsError;
use super::sign_in::SignIn;
use super::sts::{Assumed, RoleCall, assume_role, caller_identity, session_token};
use super::{iam, organizations, sso, sts};
use crate::error::Result;
use crate::plan::{Overrides, Shape, Trust};
use crate::types::{Credentials, Partition, RoleArn, Secret};
use crate::ui::report::Report;

/// A connection over which the same comes back, whatever is asked.
#[derive(Clone, Debug)]
struct Canned(StatusCode, Vec<u8>);

impl HttpConnector for Canned {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let Self(status, body) = self.clone();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

impl Client {
    /// One that hears nothing but this answer.
    pub(crate) fn hearing(status: StatusCode, body: &[u8]) -> Result<Self> {
        let (region, overrides) = (Partition::default().default_region(), Overrides::default());
        let url = || "https://sso.example".to_owned();
        let endpoints = Endpoints::resolve(region.clone(), region.partition(), &overrides)?;
        let endpoints = Endpoints {
            sso: Some(SsoEndpoints { portal: url(), oidc: url() }),
            ..endpoints.with_organizations(&overrides)?
        };
        let connector = SharedHttpConnector::new(Canned(status, body.to_vec()));
        let shared = connector.clone();
        let http = http_client_fn(move |_, _| shared.clone());
        Ok(Self {
            connector,
            http,
            ..Self::new(endpoints, &Trust::System, PATIENCE, None, &Report::silent())?
        })
    }

    /// What the reader of one call makes of the answer: the texts that it gives away as good. `None`
    /// behind the last call.
    pub(crate) async fn read(&self, call: u8) -> Option<Outcome> {
        let [secret, token] = ["wJalrXUtnFEMI", "token"].map(|text| Secret::new(text.to_owned()));
        let id = "ASIAEXAMPLEEXAMPLE00".to_owned();
        let keys = &Credentials { id, secret, token: Some(token) };
        let role = RoleArn::parse("a test", "arn:aws:iam::123456789012:role/read").ok()?;
        let texts = |keys: Credentials| {
            let token = keys.token.map(|token| token.expose().to_owned());
            [keys.id, keys.secret.expose().to_owned()].into_iter().chain(token).collect()
        };
        let user = IamUser { client: self, keys, name: "alice" };
        let (bearer, account) = (&keys.secret, &role.account);
        Some(match call {
            0 => caller_identity(self, keys).await.map(|identity| vec![identity.arn]),
            1 => session_token(self, keys, None, 3600).await.map(|it| texts(it.keys)),
            2 => {
                let (role, shape, session_name) = (role, Shape::default(), "alice".to_owned());
                let call = RoleCall { role, seconds: 3600, session_name, shape };
                let assumed = assume_role(self, keys, &call, None).await;
                assumed.map(|Assumed { session, arn }| [texts(session.keys), vec![arn]].concat())
            }
            3 => sts::scoped_credentials(self, keys, "{}").await.map(|it| texts(it.keys)),
            4 => each(iam::mfa_devices(self, keys).await, |device| device.serial),
            5 => each(user.access_keys().await, |key| key.id),
            6 => user.create_key().await.map(texts),
            7 => {
                let session = sso::role_credentials(self, bearer, account, &role.name).await;
                session.map(|it| texts(it.keys))
            }
            8 => each(sso::assigned_accounts(self, bearer).await, |it| it.id.to_string()),
            9 => each(sso::assigned_roles(self, bearer, account).await, |role| role.to_string()),
            10 => {
                let all = organizations::organization_accounts(self, keys, &|_| ()).await;
                each(all, |it| it.id.to_string())
            }
            11 => {
                let sign_in = SignIn::resolve(role.partition, &Overrides::default()).ok()?;
                sign_in.token(self, keys, None).await.map(|token| vec![token.expose().to_owned()])
            }
            12 => {
                let (key, _) = ProofKey::generate()?;
                let grant = Grant::Refresh(bearer);
                let tokens = sign_in_tokens(self, "https://s.example", "c", &key, grant).await;
                tokens.map(|it| [texts(it.keys), vec![it.refresh.expose().to_owned()]].concat())
            }
            _ => return None,
        })
    }
}

type Outcome = std::result::Result<Vec<String>, AwsError>;

fn each<T>(all: std::result::Result<Vec<T>, AwsError>, text: fn(T) -> String) -> Outcome {
    all.map(|all| all.into_iter().map(text).collect())
}
