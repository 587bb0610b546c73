//! AWS Sign-In as `aws login` uses it. `/v1/authorize` is the page of a person, who is signed in to
//! the console already. `/v1/token` gives keys, with the proof of each request verified by ring: the
//! signature, that the key is the sign-in's own, the URL, the time, and that no proof comes twice. A
//! refresh token is good once, and so is a code.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, UnparsedPublicKey,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::loopback::{Wire, answer_on_loopback};
use super::sts::form::Form;
use super::sts::http::{Reply, Request};
use super::sts::{Instant, Issued};

/// The client of a sign-in in the browser of the same machine.
pub const SAME_DEVICE: &str = "arn:aws:signin:::devtools/same-device";
/// The client of a sign-in in a browser elsewhere.
pub const CROSS_DEVICE: &str = "arn:aws:signin:::devtools/cross-device";

/// A running service. Its thread ends with the process.
pub struct ConsoleSignIn {
    address: SocketAddr,
    pub wire: Wire,
    state: Arc<Mutex<State>>,
}

/// What happens just before the next request is judged.
type Meanwhile = Box<dyn FnOnce(&mut State) + Send>;

/// What the service knows.
#[derive(Default)]
pub struct State {
    keys: VecDeque<Issued>,
    /// The refresh token that is good now.
    refresh: String,
    made: usize,
    /// Who is signed in to the console in the browser.
    user: String,
    /// As which client the sign-in was made.
    client: String,
    codes: Vec<Code>,
    /// The key of the sign-in: a point of the curve.
    proof_key: Vec<u8>,
    proofs: Vec<String>,
    log: Vec<Value>,
    refusals: VecDeque<&'static str>,
    meanwhile: Option<Meanwhile>,
}

/// A code that a page has given.
struct Code {
    text: String,
    client: String,
    redirect: String,
    challenge: String,
}

impl ConsoleSignIn {
    /// Starts a service that gives these keys, one after the other.
    ///
    /// # Errors
    /// When no port is free.
    pub fn start(keys: impl IntoIterator<Item = Issued>) -> io::Result<Self> {
        let state = State { keys: keys.into_iter().collect(), ..State::default() };
        let state = Arc::new(Mutex::new(state));
        let of_thread = Arc::clone(&state);
        let wire = Wire::default();
        let address =
            answer_on_loopback(&wire, move |request| of_thread.lock().unwrap().reply(request))?;
        Ok(Self { address, wire, state })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the AWS CLI keeps of a sign-in that was just made, with keys that last `seconds` more.
    pub fn sign_in(&self, seconds: i64) -> Value {
        self.state().sign_in(seconds)
    }

    /// Who is signed in to the console in the browser.
    pub fn user_is(&self, arn: &str) {
        self.state().user = arn.to_owned();
    }

    /// Refuses the next request so: `TOKEN_EXPIRED` and others.
    pub fn refuse_next(&self, code: &'static str) {
        self.state().refusals.push_back(code);
    }

    /// Does something between the arrival of the next request and its judgement.
    pub fn meanwhile(&self, act: impl FnOnce(&mut State) + Send + 'static) {
        self.state().meanwhile = Some(Box::new(act));
    }

    /// The bodies of all requests, each with its proof as `dpop`.
    pub fn received(&self) -> Vec<Value> {
        self.state().log.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

/// A new key pair as the AWS CLI writes it (SEC1 in PEM), and its public point.
fn new_key() -> (String, Vec<u8>) {
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
    let (private, point) = (&pkcs8.as_ref()[36..68], &pkcs8.as_ref()[73..138]);
    let der = [
        b"\x30\x77\x02\x01\x01\x04\x20",
        private,
        b"\xa0\x0a\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\xa1\x44\x03\x42\x00",
        point,
    ];
    let text = STANDARD.encode(der.concat());
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let body = lines.join("\n");
    let pem = format!("-----BEGIN EC PRIVATE KEY-----\n{body}\n-----END EC PRIVATE KEY-----\n");
    (pem, point.to_vec())
}

impl State {
    /// A sign-in from the beginning: [`ConsoleSignIn::sign_in`].
    pub fn sign_in(&mut self, seconds: i64) -> Value {
        let (pem, point) = new_key();
        self.proof_key = point;
        self.client = SAME_DEVICE.to_owned();
        let id_token = self.id_token(3600);
        let output = self.output();
        let keys = &output["accessToken"];
        json!({
            "accessToken": {
                "accessKeyId": keys["accessKeyId"], "secretAccessKey": keys["secretAccessKey"],
                "sessionToken": keys["sessionToken"], "accountId": "999999999999",
                "expiresAt": Instant::now(seconds).rfc3339(),
            },
            "tokenType": "aws_sigv4", "clientId": SAME_DEVICE, "refreshToken": self.refresh,
            "idToken": id_token, "dpopKey": pem, "signInRegion": "eu-central-1",
            "ofAnotherTool": {"kept": true},
        })
    }

    /// What another tool makes of the file when it renews it: the token that was good is good no
    /// more.
    pub fn renewed_elsewhere(&mut self, mut file: Value) -> Value {
        let output = self.output();
        for name in ["accessKeyId", "secretAccessKey", "sessionToken"] {
            file["accessToken"][name] = output["accessToken"][name].clone();
        }
        file["accessToken"]["expiresAt"] = Instant::now(900).rfc3339().into();
        file["refreshToken"] = output["refreshToken"].clone();
        file
    }

    fn id_token(&self, age: i64) -> String {
        let claims = json!({"sub": self.user, "iat": Instant::now(0).0 - age});
        let parts = ["{}", &claims.to_string(), "signature"];
        parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
    }

    /// The page of a person who is signed in: it sends the browser back with a code, or shows the
    /// code where the browser is elsewhere.
    fn authorize(&mut self, request: &Request) -> Reply {
        let form = Form::of(request);
        let value = |name: &str| form.get(name).unwrap_or_default().to_owned();
        let (client, redirect) = (value("client_id"), value("redirect_uri"));
        let host = request.header("host").unwrap_or_default();
        let is_right = value("response_type") == "code"
            && value("code_challenge_method") == "SHA-256"
            && value("scope") == "openid"
            && value("state").len() == 36
            && value("code_challenge").len() == 43
            && match client.as_str() {
                SAME_DEVICE => {
                    redirect.starts_with("http://127.0.0.1:")
                        && redirect.ends_with("/oauth/callback")
                }
                CROSS_DEVICE => redirect == format!("http://{host}/v1/sessions/confirmation"),
                _ => false,
            };
        if !is_right {
            return Reply::new(400, "text/plain", "invalid request");
        }
        let text = format!("code/canary+{}", self.codes.len());
        let (escaped, state) = (text.replace('/', "%2F").replace('+', "%2B"), value("state"));
        let challenge = value("code_challenge");
        self.codes.push(Code {
            text,
            client: client.clone(),
            redirect: redirect.clone(),
            challenge,
        });
        let answer = format!("state={state}&code={escaped}");
        if client == CROSS_DEVICE {
            return Reply::new(200, "text/plain", STANDARD.encode(answer));
        }
        let mut reply = Reply::new(302, "text/plain", "");
        reply.headers.push(("Location".to_owned(), format!("{redirect}?{answer}")));
        reply
    }

    /// Takes a code, once, from the client that can prove that it asked for it.
    fn redeem(&mut self, body: &Value) -> Result<Value, &'static str> {
        let at = self.codes.iter().position(|code| body["code"] == code.text.as_str());
        let code = self.codes.swap_remove(at.ok_or("AUTHCODE_EXPIRED")?);
        let verifier = body["codeVerifier"].as_str().unwrap_or_default();
        let is_asker = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == code.challenge
            && (43..=128).contains(&verifier.len())
            && body["clientId"] == code.client.as_str()
            && body["redirectUri"] == code.redirect.as_str();
        if !is_asker {
            return Err("INVALID_REQUEST");
        }
        self.client = code.client;
        let mut output = self.output();
        output["idToken"] = self.id_token(0).into();
        Ok(output)
    }

    fn output(&mut self) -> Value {
        let keys = self.keys.pop_front().expect("no keys are left");
        self.made += 1;
        self.refresh = format!("refresh-canary-{}", self.made);
        json!({
            "accessToken": {
                "accessKeyId": keys.key_id, "secretAccessKey": keys.secret,
                "sessionToken": keys.token,
            },
            "tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": self.refresh,
        })
    }

    fn reply(&mut self, request: &Request) -> Reply {
        if request.method == "GET" && request.path == "/v1/authorize" {
            return self.authorize(request);
        }
        let mut body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        if let Some(act) = self.meanwhile.take() {
            act(self);
        }
        let outcome = self.judge(request, &body);
        if let Some(fields) = body.as_object_mut() {
            fields.insert("dpop".to_owned(), request.header("dpop").into());
        }
        self.log.push(body);
        let (status, answer) = match outcome {
            Ok(output) => (200, output),
            Err(code) => {
                let denied = code != "INVALID_REQUEST";
                let kind = if denied { "AccessDeniedException" } else { "ValidationException" };
                let answer =
                    json!({"__type": kind, "error": code, "message": "as the service says"});
                (if denied { 403 } else { 400 }, answer)
            }
        };
        let mut reply = Reply::new(status, "application/json", answer.to_string());
        reply.headers.push(("Date".to_owned(), Instant::now(0).http()));
        reply
    }

    fn judge(&mut self, request: &Request, body: &Value) -> Result<Value, &'static str> {
        let is_ours = request.method == "POST"
            && request.path == "/v1/token"
            && request.header("content-type") == Some("application/json")
            && request.header("authorization").is_none();
        let is_first = body["grantType"] == "authorization_code";
        if !is_ours || !is_first && body["clientId"] != self.client.as_str() {
            return Err("INVALID_REQUEST");
        }
        self.verify(request, is_first).map_err(|_| "INVALID_REQUEST")?;
        if let Some(code) = self.refusals.pop_front() {
            return Err(code);
        }
        match body["grantType"].as_str() {
            Some("refresh_token") if body["refreshToken"] == self.refresh.as_str() => {
                Ok(self.output())
            }
            Some("refresh_token") => Err("TOKEN_EXPIRED"),
            Some("authorization_code") => self.redeem(body),
            _ => Err("INVALID_REQUEST"),
        }
    }

    /// Verifies the proof of a request (RFC 9449, section 4.3). With the `first` one a sign-in gets
    /// its key.
    fn verify(&mut self, request: &Request, first: bool) -> Result<(), String> {
        let proof = request.header("dpop").ok_or("no proof")?;
        let (text, signature) = proof.rsplit_once('.').ok_or("no JWT")?;
        let (header, payload) = text.split_once('.').ok_or("no JWT")?;
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|error| error.to_string());
        let read = |text: &str| -> Result<Value, String> {
            serde_json::from_slice(&decode(text)?).map_err(|error| error.to_string())
        };
        let (header, payload) = (read(header)?, read(payload)?);
        let text_of = |value: &Value| value.as_str().map(str::to_owned).unwrap_or_default();
        let jwk = &header["jwk"];
        let is_right = header["typ"] == "dpop+jwt"
            && header["alg"] == "ES256"
            && jwk["kty"] == "EC"
            && jwk["crv"] == "P-256"
            && jwk["d"].is_null();
        let point = [&[4][..], &decode(&text_of(&jwk["x"]))?, &decode(&text_of(&jwk["y"]))?];
        let point = point.concat();
        if !is_right || !first && point != self.proof_key {
            return Err("another key".to_owned());
        }
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point)
            .verify(text.as_bytes(), &decode(signature)?)
            .map_err(|_| "the signature is wrong")?;
        let host = request.header("host").unwrap_or_default();
        let age = Instant::now(0).0 - payload["iat"].as_i64().ok_or("no iat")?;
        let unique = text_of(&payload["jti"]);
        let is_fresh = (-60..=300).contains(&age) && unique.len() == 36;
        let is_for_this =
            payload["htm"] == "POST" && payload["htu"] == format!("http://{host}/v1/token");
        if !is_fresh || !is_for_this || self.proofs.contains(&unique) {
            return Err("a proof of something else".to_owned());
        }
        self.proofs.push(unique);
        self.proof_key = point;
        Ok(())
    }
}
