//! IAM Identity Center on loopback: the portal that gives keys for a token, and the OIDC service
//! that gives tokens.
//!
//! [`Sso`] is the handle of a test: it says what the person at the browser does, what tokens are
//! good, and what roles they give; it tells what was asked.

use std::collections::VecDeque;
use std::io::{self, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use super::loopback::serve_on_loopback;
use super::sts::Issued;
use super::sts::http::{Reply, Request};

/// A running server. Its thread ends with the process.
pub struct Sso {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    roles: Vec<(String, String, Issued)>,
    accounts: Vec<(String, String)>,
    tokens: Vec<String>,
    refresh_tokens: Vec<String>,
    answers: VecDeque<&'static str>,
    log: Vec<(String, Value)>,
    made: usize,
    page: Option<&'static str>,
    expires_in: Option<u64>,
}

impl Sso {
    /// Starts a server that knows no token.
    ///
    /// # Errors
    /// When no port is free.
    pub fn start() -> io::Result<Self> {
        let state = Arc::new(Mutex::new(State::default()));
        let of_thread = Arc::clone(&state);
        let address = serve_on_loopback(move |stream| serve(stream, &of_thread))?;
        Ok(Self { address, state })
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

fn serve(stream: &TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    while let Ok(Some(request)) = Request::read(&mut reader) {
        let reply = state.lock().unwrap().reply(&request);
        if writer.write_all(&reply.bytes()).is_err() {
            return;
        }
    }
}

fn value_of<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

impl State {
    fn reply(&mut self, request: &Request) -> Reply {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        self.log.push((request.path.clone(), body.clone()));
        let (status, answer) = match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/federation/credentials") => self.credentials(request),
            ("GET", "/assignment/accounts") => {
                self.listed(request, "accountList", &self.account_list())
            }
            ("GET", "/assignment/roles") => {
                self.listed(request, "roleList", &self.role_list(request))
            }
            ("POST", "/client/register") => (
                200,
                json!({
                    "clientId": "client-1", "clientSecret": "client-secret-1", "clientSecretExpiresAt": 4_102_444_800_i64,
                }),
            ),
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

    fn authorization(&self) -> Value {
        let page =
            self.page.unwrap_or("https://device.sso.eu-west-1.amazonaws.com/?user_code=ABCD-EFGH");
        json!({
            "deviceCode": "device-code-1", "userCode": "ABCD-EFGH", "interval": 0,
            "expiresIn": self.expires_in.unwrap_or(600),
            "verificationUri": "https://device.sso.eu-west-1.amazonaws.com/", "verificationUriComplete": page,
        })
    }

    fn token(&mut self, body: &Value) -> (u16, Value) {
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
