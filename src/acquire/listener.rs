//! Where a browser comes back to after a sign-in: an address of this machine that only this run
//! knows what to do with.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::error::{Error, Result};

/// How long a person may take, as with the AWS CLI.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// The longest head of a request read, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;
const PATH: &str = "/oauth/callback";

/// A listener on a free port of 127.0.0.1.
pub(crate) struct Listener {
    inner: TcpListener,
    /// What the browser is sent back to.
    pub redirect: String,
}

impl Listener {
    pub(crate) async fn open() -> Result<Self> {
        let failed =
            |error: std::io::Error| Error::io("the browser cannot come back here").because(error);
        let inner = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
        let port = inner.local_addr().map_err(failed)?.port();
        Ok(Self { inner, redirect: format!("http://127.0.0.1:{port}{PATH}") })
    }

    /// Waits until the browser comes back. `judge` gets what stands behind `?`, and gives `None` for
    /// what is no answer to this run: anyone on this machine can send something here.
    pub(crate) async fn answer<T>(&self, judge: impl Fn(&str) -> Option<Result<T>>) -> Result<T> {
        tokio::time::timeout(PATIENCE, self.until_answered(judge)).await.unwrap_or_else(|_| {
            Err(Error::refused("the browser did not come back within 10 minutes"))
        })
    }

    async fn until_answered<T>(&self, judge: impl Fn(&str) -> Option<Result<T>>) -> Result<T> {
        let start = format!("GET {PATH}?");
        let mut callers = JoinSet::new();
        loop {
            // A browser opens connections that it does not use, so none is waited for alone.
            tokio::select! {
                caller = self.inner.accept() => {
                    if let Ok((stream, _)) = caller {
                        callers.spawn(head_of(stream));
                    }
                }
                Some(Ok(Some((mut stream, head)))) = callers.join_next() => {
                    let head = String::from_utf8_lossy(&head);
                    let query = head.strip_prefix(&start).and_then(|rest| rest.split(' ').next());
                    let outcome = query.and_then(&judge);
                    let (status, text) = match &outcome {
                        Some(Ok(_)) => ("200 OK", "Done. You can close this window."),
                        Some(Err(_)) => ("200 OK", "That did not work. The terminal says why."),
                        None => ("404 Not Found", "There is nothing here."),
                    };
                    let page = format!(
                        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n\
                         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
                         Content-Length: {}\r\nConnection: close\r\n\r\n{text}\n",
                        text.len() + 1
                    );
                    // A browser that has gone away has brought its answer all the same.
                    let _ = stream.write_all(page.as_bytes()).await;
                    let _ = stream.shutdown().await;
                    if let Some(outcome) = outcome {
                        return outcome;
                    }
                }
            }
        }
    }
}

/// The head of a request; `None` for a client that does not send one.
pub(crate) async fn head_of(mut stream: TcpStream) -> Option<(TcpStream, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() >= LONGEST_HEAD || stream.read_buf(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    Some((stream, head))
}
