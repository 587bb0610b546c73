//! An identity provider on loopback: takes a POST, remembers it byte for byte, and answers what a
//! test wants.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// What the provider answers.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// More header lines, each with its end.
    pub headers: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A JSON body with a status.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self {
            status,
            headers: "Content-Type: application/json\r\n".to_owned(),
            body: body.to_string().into_bytes(),
        }
    }

    /// The assertion as the old script wants it.
    pub fn assertion(base64: &str) -> Self {
        Self::json(200, &serde_json::json!({ "saml_response": base64 }))
    }

    /// A status and a body of any kind.
    pub fn text(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: "Content-Type: text/html\r\n".to_owned(), body: body.into() }
    }

    /// A redirect.
    pub fn redirect(status: u16, to: &str) -> Self {
        Self { status, headers: format!("Location: {to}\r\n"), body: Vec::new() }
    }
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// The request line and the headers.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

/// The running provider; stops when dropped.
pub struct Idp {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    answers: Mutex<Vec<Answer>>,
    asked: Mutex<Vec<Received>>,
    stopping: AtomicBool,
}

impl Idp {
    /// Starts to answer on a free port.
    pub fn start(answer: Answer) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let (answers, asked) = (Mutex::new(vec![answer]), Mutex::default());
        let shared = Arc::new(Shared { answers, asked, stopping: AtomicBool::new(false) });
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for stream in socket.incoming().map_while(Result::ok) {
                if of_thread.stopping.load(Ordering::SeqCst) {
                    break;
                }
                // A client that gives up early is no fault of this server.
                let _ = serve(&stream, &of_thread);
            }
        });
        Self { address, shared, thread: Some(thread) }
    }

    /// Where it takes logins.
    pub fn url(&self) -> String {
        format!("http://{}/saml/sso", self.address)
    }

    /// Answers this from now on.
    pub fn answers(&self, answer: Answer) {
        self.answers_in_turn(vec![answer]);
    }

    /// Answers these one after the other, and the last of them from then on.
    pub fn answers_in_turn(&self, answers: Vec<Answer>) {
        *self.shared.answers.lock().unwrap() = answers;
    }

    /// What was asked so far.
    pub fn received(&self) -> Vec<Received> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// The body of the last login as JSON.
    pub fn last(&self) -> serde_json::Value {
        serde_json::from_slice(&self.received().last().expect("a login").body).unwrap()
    }
}

impl Drop for Idp {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        if TcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

fn serve(stream: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let length = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    shared.asked.lock().unwrap().push(Received { head, body });
    let answer = {
        let mut answers = shared.answers.lock().unwrap();
        if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() }
    };
    let mut stream = stream;
    let head = format!(
        "HTTP/1.1 {} x\r\n{}Content-Length: {}\r\nConnection: close\r\n\r\n",
        answer.status,
        answer.headers,
        answer.body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&answer.body)
}
