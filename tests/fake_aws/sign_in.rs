//! The federation endpoint of AWS Sign-In on loopback: takes the keys that an STS of the tests
//! made, in a POST, and gives a token for them. It refuses what AWS refuses: keys of a user's own
//! session, and a length for a chained session.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::loopback::{Wire, answer_on_loopback};
use super::sts::form::Form;
use super::sts::http::{Reply, Request};

/// A token with characters that an address has to escape.
pub const TOKEN: &str = "sign-in+canary/token==";

/// A running endpoint. Its thread ends with the process.
pub struct SignIn {
    address: SocketAddr,
    pub wire: Wire,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    log: Vec<Received>,
    takes_no_length: bool,
    answer: Option<(u16, String)>,
}

/// What was asked.
#[derive(Clone, Debug)]
pub struct Received {
    /// Method, path and query.
    pub line: String,
    /// `SessionDuration`.
    pub length: Option<String>,
    /// The access key id, the secret and the session token.
    pub keys: [String; 3],
}

impl SignIn {
    /// Starts an endpoint that takes everything.
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

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on a request that says how long the session lasts is refused, as AWS refuses it for
    /// chained sessions.
    pub fn take_no_length(&self) {
        self.state.lock().unwrap().takes_no_length = true;
    }

    /// Answers everything so from now on.
    pub fn answer(&self, status: u16, body: &str) {
        self.state.lock().unwrap().answer = Some((status, body.to_owned()));
    }

    /// What was asked so far.
    pub fn received(&self) -> Vec<Received> {
        self.state.lock().unwrap().log.clone()
    }
}

impl State {
    fn reply(&mut self, request: &Request) -> Reply {
        let form = Form::of(request);
        let session: Value =
            serde_json::from_str(form.get("Session").unwrap_or_default()).unwrap_or_default();
        let key = |name: &str| session[name].as_str().unwrap_or_default().to_owned();
        let asked = Received {
            line: format!("{} {}?{}", request.method, request.path, request.query),
            length: form.get("SessionDuration").map(str::to_owned),
            keys: ["sessionId", "sessionKey", "sessionToken"].map(key),
        };
        let is_complete = form.get("Action") == Some("getSigninToken")
            && asked.keys.iter().all(|key| !key.is_empty());
        let has_length = asked.length.is_some();
        self.log.push(asked);
        if let Some((status, body)) = &self.answer {
            return Reply::new(*status, "text/html", body.clone());
        }
        if !is_complete || request.path != "/federation" || self.takes_no_length && has_length {
            return Reply::new(
                400,
                "text/html",
                "<html>HTTP Status 400 - Invalid credentials parameter</html>",
            );
        }
        Reply::new(200, "application/json", format!(r#"{{"SigninToken":"{TOKEN}"}}"#))
    }
}
