//! moto with AWS's rules in it (`tests/moto/server.py`), as one process for each test.
//!
//! Needs the Python of `tests/run`, named by `ASSUME_ROLE_TEST_PYTHON`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::fake_aws::sts::totp;
use crate::support::tools::from_environment;

/// The running server. It ends when dropped, since its standard input does.
pub struct Moto {
    child: Child,
    port: u16,
    ahead: i64,
}

impl Moto {
    /// Starts a server without accounts; `None` where there is no Python to run it.
    pub fn start() -> Option<Self> {
        let mut child =
            python("server.py")?.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Some(Self { child, port: line.trim().parse().unwrap(), ahead: 0 })
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Makes or changes accounts, as `tests/moto/fixtures.py` describes; gives back the users with
    /// their keys.
    pub fn make(&self, accounts: &Value) -> Value {
        let mut fixtures = python("fixtures.py").unwrap();
        let mut child =
            fixtures.arg(self.url()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(accounts.to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "fixtures.py failed");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Moves the server's clock on.
    pub fn wind(&mut self, seconds: i64) {
        self.ahead += seconds;
        self.ask("POST /_clock", &self.ahead.to_string());
    }

    /// A code that the user's device shows now, or would show so many steps later; each works once.
    pub fn code(&self, user: &Value, later: i64) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let step = (i64::try_from(now).unwrap() + self.ahead) / totp::STEP;
        totp::code(&base32(user["seed"].as_str().unwrap()), step + later)
    }

    /// How often each action was asked.
    pub fn hits(&self) -> Value {
        serde_json::from_str(&self.ask("GET /_hits", "")).unwrap()
    }

    /// Sets what `tests/moto/server.py` lets a test set.
    pub fn tell(&self, path: &str, what: &Value) {
        self.ask(&format!("POST {path}"), &what.to_string());
    }

    fn ask(&self, what: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(stream, "{what} HTTP/1.0\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains(" 200 "), "{what}: {answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// The Python of the tests, if there is one.
pub fn python_path() -> Option<PathBuf> {
    from_environment("ASSUME_ROLE_TEST_PYTHON")
}

/// The JSON that a script prints for these words; `None` where there is no Python.
pub fn json_of(name: &str, words: impl IntoIterator<Item = String>) -> Option<Value> {
    let output = python(name)?.args(words).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Where the scripts are.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moto").join(name)
}

fn python(name: &str) -> Option<Command> {
    let mut command = Command::new(python_path()?);
    command.arg(script(name)).env("PYTHONDONTWRITEBYTECODE", "1");
    Some(command)
}

/// RFC 4648, section 6, without padding: how devices are given their seed.
fn base32(text: &str) -> Vec<u8> {
    let mut bits = (0u32, 0u32);
    let mut bytes = Vec::new();
    for letter in text.bytes() {
        let value =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).unwrap();
        bits = (bits.0 << 5 | u32::try_from(value).unwrap(), bits.1 + 5);
        if bits.1 >= 8 {
            bits.1 -= 8;
            bytes.push((bits.0 >> bits.1) as u8);
            bits.0 &= (1 << bits.1) - 1;
        }
    }
    bytes
}
