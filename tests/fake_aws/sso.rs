//! IAM Identity Center on loopback: the portal that gives keys for a token, and the OIDC service
//! that gives tokens.
//!
//! [`Sso`] is the handle of a test: it says what the person at the browser does, what tokens are
//! good, and what roles they give; it tells what was asked.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use super::loopback::{Wire, answer_on_loopback};
use super::sts::Issued;
use super::sts::http::{Reply, Request};

/// What happens just before the next request for a token is judged.
type Meanwhile = Box<dyn FnOnce(&mut State, &Value) + Send>;

/// A running server. Its thread ends with the process.
pub struct Sso {
    address: SocketAddr,
    pub wire: Wire,
    state: Arc<Mutex<State>>,
}

/// What the services know.
#[derive(Default)]
pub struct State {
    roles: Vec<(String, String, Issued)>,
    accounts: Vec<(String, String)>,
    tokens: Vec<String>,
    refresh_tokens: Vec<String>,
    answers: VecDeque<&'static str>,
    log: Vec<(String, Value)>,
    made: usize,
    page: Option<&'static str>,
    expires_in: Option<u64>,
    clients: Vec<(String, Value)>,
    codes: Vec<(String, Authorized)>,
    refusal: Option<&'static str>,
    portal_is_down: bool,
    meanwhile: Option<Meanwhile>,
}

/// What a code was given for.
struct Authorized {
    client: String,
    redirect: String,
    challenge: String,
}

impl Sso {
    /// Starts a server that knows no token.
    ///
    /// # Errors
    /// When no port is free.
    pub fn start() -> io::Result<Self> {
        let state = Arc::new(Mutex::new(State::default()));
        let of_thread = Arc::clone(&state);
        let wire = Wire::default();
        let address =
            answer_on_loopback(&wire, move |request| of_thread.lock().unwrap().reply(request))?;
        Ok(Self { address, wire, state })
    }

    /// `http://127.0.0.1:PORT`, for portal and OIDC alike.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes an access token good.
    pub fn add_token(&self, token: &str) {
        self.state().tokens.push(token.to_owned());
    }

    /// Makes a refresh token good, once.
    pub fn add_refresh_token(&self, token: &str) {
        self.state().refresh_tokens.push(token.to_owned());
    }

    /// Assigns a role: every good token gives these keys for it, in place of those before.
    pub fn assign(&self, account: &str, role: &str, keys: Issued) {
        let mut state = self.state();
        state.roles.retain(|(id, name, _)| (id.as_str(), name.as_str()) != (account, role));
        state.roles.push((account.to_owned(), role.to_owned(), keys));
    }

    /// The role is assigned no more.
    pub fn take_away(&self, account: &str, role: &str) {
        self.state().roles.retain(|(id, name, _)| (id.as_str(), name.as_str()) != (account, role));
    }

    /// No account is assigned any more.
    pub fn forget_accounts(&self) {
        self.state().accounts.clear();
    }

    /// Names an account for the portal's list.
    pub fn name_account(&self, account: &str, name: &str) {
        self.state().accounts.push((account.to_owned(), name.to_owned()));
    }

    /// What the next questions for a token are answered with, before one is given.
    pub fn answer(&self, errors: &[&'static str]) {
        self.state().answers.extend(errors);
    }

    /// The page that a person is sent to, in place of the server's own.
    pub fn send_to(&self, page: &'static str) {
        self.state().page = Some(page);
    }

    /// How long the next codes are good, in seconds, in place of ten minutes.
    pub fn codes_last(&self, seconds: u64) {
        self.state().expires_in = Some(seconds);
    }

    /// What the person at the page does, in place of allowing the sign-on.
    pub fn refuse_with(&self, error: &'static str) {
        self.state().refusal = Some(error);
    }

    /// Does something between the arrival of the next request for a token and its judgement.
    pub fn meanwhile(&self, act: impl FnOnce(&mut State, &Value) + Send + 'static) {
        self.state().meanwhile = Some(Box::new(act));
    }

    /// The portal has a fault from now on.
    pub fn portal_down(&self) {
        self.state().portal_is_down = true;
    }

    /// Whether an access token is good.
    pub fn knows(&self, token: &str) -> bool {
        self.state().tokens.iter().any(|known| known == token)
    }

    /// How many requests came, whatever for.
    pub fn requests(&self) -> usize {
        self.state().log.len()
    }

    /// The bodies of all requests to a path, in order.
    pub fn received(&self, path: &str) -> Vec<Value> {
        self.state()
            .log
            .iter()
            .filter(|(asked, _)| asked == path)
            .map(|(_, body)| body.clone())
            .collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

fn value_of<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

impl State {
    fn reply(&mut self, request: &Request) -> Reply {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        self.log.push((request.path.clone(), body.clone()));
        if (request.method.as_str(), request.path.as_str()) == ("GET", "/authorize") {
            return self.authorize(request);
        }
        let (status, answer) = match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/federation/credentials") => self.credentials(request),
            ("GET", "/assignment/accounts") => {
                self.listed(request, "accountList", &self.account_list())
            }
            ("GET", "/assignment/roles") => {
                self.listed(request, "roleList", &self.role_list(request))
            }
            ("POST", "/client/register") => self.register(&body),
            ("POST", "/logout") => self.sign_off(request),
            ("POST", "/device_authorization") => (200, self.authorization()),
            ("POST", "/token") => self.token(&body),
            _ => (404, json!({"message": "no such path"})),
        };
        Reply::new(status, "application/json", answer.to_string())
    }

    /// The refusal of a token that is not good.
    fn unknown(&self, request: &Request) -> Option<(u16, Value)> {
        let bearer = request.header("x-amz-sso_bearer_token").unwrap_or_default();
        let body = json!({
            "message": "Session token not found or invalid",
            "__type": "com.amazonaws.switchboard.portal#UnauthorizedException",
        });
        (!self.tokens.iter().any(|token| token == bearer)).then_some((401, body))
    }

    fn account_list(&self) -> Vec<Value> {
        let named = self
            .accounts
            .iter()
            .map(|(id, name)| json!({"accountId": id, "accountName": name, "emailAddress": "x@example.com"}));
        named.collect()
    }

    fn role_list(&self, request: &Request) -> Vec<Value> {
        let account = value_of(request, "account_id");
        let roles = self.roles.iter().filter(|(id, ..)| Some(id.as_str()) == account);
        roles.map(|(id, role, _)| json!({"roleName": role, "accountId": id})).collect()
    }

    /// A page of two entries.
    fn listed(&self, request: &Request, key: &str, all: &[Value]) -> (u16, Value) {
        if let Some(refusal) = self.unknown(request) {
            return refusal;
        }
        let start: usize =
            value_of(request, "next_token").map_or(0, |token| token.parse().unwrap());
        let page: Vec<&Value> = all.iter().skip(start).take(2).collect();
        let next = (start + 2 < all.len()).then(|| (start + 2).to_string());
        (200, json!({key: page, "nextToken": next}))
    }

    fn credentials(&self, request: &Request) -> (u16, Value) {
        if let Some(refusal) = self.unknown(request) {
            return refusal;
        }
        let value = |name: &str| value_of(request, name);
        let (account, role) = (value("account_id"), value("role_name"));
        let found = self
            .roles
            .iter()
            .find(|(id, name, _)| Some(id.as_str()) == account && Some(name.as_str()) == role);
        match found {
            None => (
                403,
                json!({"message": "No access", "__type": "com.amazonaws.switchboard.portal#ForbiddenException"}),
            ),
            Some((_, _, keys)) => (
                200,
                json!({"roleCredentials": {
                    "accessKeyId": keys.key_id,
                    "secretAccessKey": keys.secret,
                    "sessionToken": keys.token,
                    "expiration": keys.expires * 1000,
                }}),
            ),
        }
    }

    /// A client that comes back from a browser is registered with an address without a port, and for
    /// its grants.
    fn register(&mut self, body: &Value) -> (u16, Value) {
        let strings = |name: &str| -> Vec<String> {
            let list = body[name].as_array().cloned().unwrap_or_default();
            list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let by_code = strings("grantTypes").iter().any(|grant| grant == "authorization_code");
        let redirects = strings("redirectUris");
        let is_whole = redirects == ["http://127.0.0.1/oauth/callback"]
            && body["issuerUrl"].as_str().is_some_and(|url| url.starts_with("https://"));
        if body["clientType"] != "public" || by_code && !is_whole {
            return (400, json!({"error": "invalid_redirect_uri", "error_description": "no"}));
        }
        self.clients.push(("client-1".to_owned(), body.clone()));
        (
            200,
            json!({
                "clientId": "client-1", "clientSecret": "client-secret-1", "clientSecretExpiresAt": 4_102_444_800_i64,
            }),
        )
    }

    /// The page that a browser opens: it leads back to the client, with a code for its challenge.
    fn authorize(&mut self, request: &Request) -> Reply {
        let value = |name: &str| {
            let raw = value_of(request, name).unwrap_or_default();
            percent_encoding::percent_decode_str(raw).decode_utf8().unwrap().into_owned()
        };
        let (client, redirect) = (value("client_id"), value("redirect_uri"));
        let registered = self.clients.iter().rev().find(|(id, _)| *id == client);
        let is_registered = registered.is_some_and(|(_, body)| {
            let scopes = body["scopes"].as_array().cloned().unwrap_or_default();
            body["grantTypes"][0] == "authorization_code"
                && value("scopes").split(' ').all(|scope| scopes.iter().any(|known| known == scope))
        });
        let port = redirect.strip_prefix("http://127.0.0.1:");
        let comes_back = port.and_then(|rest| rest.strip_suffix("/oauth/callback"));
        let is_sound = value("response_type") == "code"
            && value("code_challenge_method") == "S256"
            && value("code_challenge").len() == 43
            && comes_back.is_some_and(|port| port.parse::<u16>().is_ok());
        if !is_registered || !is_sound {
            return Reply::new(400, "text/html", "invalid request".to_owned());
        }
        let answer = match self.refusal.take() {
            Some(error) => format!("error={error}&error_description=the+person+said+no"),
            None => {
                let code = format!("code-{}", self.codes.len() + 1);
                let challenge = value("code_challenge");
                let authorized = Authorized { client, redirect: redirect.clone(), challenge };
                self.codes.push((code.clone(), authorized));
                format!("code={code}")
            }
        };
        let state = value_of(request, "state").unwrap_or_default();
        let mut reply = Reply::new(302, "text/html", String::new());
        reply.headers.push(("Location".to_owned(), format!("{redirect}?{answer}&state={state}")));
        reply
    }

    fn sign_off(&mut self, request: &Request) -> (u16, Value) {
        if self.portal_is_down {
            return (
                503,
                json!({"message": "try later", "__type": "x#ServiceUnavailableException"}),
            );
        }
        if let Some(refusal) = self.unknown(request) {
            return refusal;
        }
        let bearer = request.header("x-amz-sso_bearer_token").unwrap_or_default();
        self.tokens.retain(|token| token != bearer);
        (200, Value::Null)
    }

    fn authorization(&self) -> Value {
        let page =
            self.page.unwrap_or("https://device.sso.eu-west-1.amazonaws.com/?user_code=ABCD-EFGH");
        json!({
            "deviceCode": "device-code-1", "userCode": "ABCD-EFGH", "interval": 0,
            "expiresIn": self.expires_in.unwrap_or(600),
            "verificationUri": "https://device.sso.eu-west-1.amazonaws.com/", "verificationUriComplete": page,
        })
    }

    /// The answer to a request for a token; another program gets it the same way.
    pub fn token(&mut self, body: &Value) -> (u16, Value) {
        if let Some(act) = self.meanwhile.take() {
            act(self, body);
        }
        let refused =
            |code: &str| (400, json!({"error": code, "error_description": "as the test wants it"}));
        let known = body["clientId"] == "client-1" && body["clientSecret"] == "client-secret-1";
        match body["grantType"].as_str() {
            _ if !known => return refused("invalid_client"),
            Some("refresh_token") => {
                let given = body["refreshToken"].as_str().unwrap_or_default();
                let Some(at) = self.refresh_tokens.iter().position(|token| token == given) else {
                    return refused("invalid_grant");
                };
                self.refresh_tokens.remove(at);
            }
            Some("urn:ietf:params:oauth:grant-type:device_code")
                if body["deviceCode"] == "device-code-1" =>
            {
                if let Some(error) = self.answers.pop_front() {
                    return refused(error);
                }
            }
            // A code is good once, for the client and the address it was given for, and for the verifier
            // of its challenge.
            Some("authorization_code") => {
                let given = body["code"].as_str().unwrap_or_default();
                let Some(at) = self.codes.iter().position(|(code, _)| code == given) else {
                    return refused("invalid_grant");
                };
                let (_, authorized) = self.codes.remove(at);
                let verifier = body["codeVerifier"].as_str().unwrap_or_default();
                let digest = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
                let hashed = base64::Engine::encode(
                    &base64::engine::general_purpose::URL_SAFE_NO_PAD,
                    digest.as_ref(),
                );
                if body["redirectUri"] != authorized.redirect.as_str()
                    || body["clientId"] != authorized.client.as_str()
                    || hashed != authorized.challenge
                    || !(43..=128).contains(&verifier.len())
                {
                    return refused("invalid_grant");
                }
            }
            _ => return refused("invalid_request"),
        }
        self.made += 1;
        let (access, refresh) = (format!("access-{}", self.made), format!("refresh-{}", self.made));
        self.tokens.push(access.clone());
        self.refresh_tokens.push(refresh.clone());
        (
            200,
            json!({"accessToken": access, "tokenType": "Bearer", "expiresIn": 28800, "refreshToken": refresh}),
        )
    }
}
