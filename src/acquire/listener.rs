//! Where a browser comes back to after a sign-in: an address of this machine that only this run
//! knows what to do with.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;

use crate::error::{Error, Result};

/// How long a person may take, as with the AWS CLI.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// How long a browser may take to send the head of a request over a connection that it opened.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// The longest head of a request read, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;
/// So many connections are waited for at once; the oldest makes room for a new one.
const MOST_CALLERS: usize = 64;
/// Before the next try, when no connection can be taken.
const PAUSE: Duration = Duration::from_millis(20);
const PATH: &str = "/oauth/callback";

/// A listener on a free port of 127.0.0.1, and those who came. Anyone on this machine can come, and
/// a browser opens connections that it does not use, so none is waited for alone or for ever.
pub(crate) struct Listener {
    inner: TcpListener,
    pub port: u16,
    heads: JoinSet<Option<(TcpStream, String)>>,
    /// Those whose head is being read, the oldest first; some are done.
    callers: VecDeque<AbortHandle>,
}

impl Listener {
    pub(crate) async fn open() -> std::io::Result<Self> {
        let inner = TcpListener::bind("127.0.0.1:0").await?;
        let port = inner.local_addr()?.port();
        Ok(Self { inner, port, heads: JoinSet::new(), callers: VecDeque::new() })
    }

    /// The next request: its head, and the connection to answer on.
    pub(crate) async fn next(&mut self) -> (TcpStream, String) {
        loop {
            tokio::select! {
                caller = self.inner.accept() => {
                    let taken = caller.ok().map(|(stream, _)| stream);
                    if taken.is_none() || self.callers.len() == MOST_CALLERS {
                        self.callers.pop_front().inspect(AbortHandle::abort);
                    }
                    match taken {
                        Some(stream) => self.callers.push_back(self.heads.spawn(head_of(stream))),
                        // There may be no descriptor left for it.
                        None => tokio::time::sleep(PAUSE).await,
                    }
                }
                Some(read) = self.heads.join_next() => {
                    if let Ok(Some(request)) = read {
                        return request;
                    }
                }
            }
        }
    }
}

/// Where the browser comes back to.
pub(crate) struct WayBack {
    listener: Listener,
    /// What the browser is sent back to.
    pub redirect: String,
}

impl WayBack {
    pub(crate) async fn open() -> Result<Self> {
        let listener = Listener::open().await;
        let listener = listener.map_err(|error| {
            Error::io("cannot wait for the browser on this machine").because(error)
        })?;
        let redirect = format!("http://127.0.0.1:{}{PATH}", listener.port);
        Ok(Self { listener, redirect })
    }

    /// Waits until the browser comes back. `judge` gets what stands behind `?`, and gives `None` for
    /// what is no answer to this run.
    pub(crate) async fn answer<T>(
        &mut self,
        judge: impl Fn(&str) -> Option<Result<T>>,
    ) -> Result<T> {
        timeout(PATIENCE, self.until_answered(judge)).await.unwrap_or_else(|_| {
            Err(Error::refused("the browser did not come back within 10 minutes"))
        })
    }

    async fn until_answered<T>(&mut self, judge: impl Fn(&str) -> Option<Result<T>>) -> Result<T> {
        let start = format!("GET {PATH}?");
        loop {
            let (mut stream, head) = self.listener.next().await;
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

/// The head of a request; `None` for a client that does not send one.
async fn head_of(mut stream: TcpStream) -> Option<(TcpStream, String)> {
    let mut head = Vec::new();
    let read = async {
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            if head.len() >= LONGEST_HEAD || stream.read_buf(&mut head).await.ok()? == 0 {
                return None;
            }
        }
        Some(())
    };
    timeout(HEAD_PATIENCE, read).await.ok()??;
    Some((stream, String::from_utf8_lossy(&head).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn silent_callers_hold_no_one_up() {
        let mut listener = Listener::open().await.unwrap();
        let place = ("127.0.0.1", listener.port);
        let served = tokio::spawn(async move {
            let (_, head) = listener.next().await;
            (head, listener.heads.len())
        });
        let mut silent = Vec::new();
        for _ in 0..3 * MOST_CALLERS {
            let mut stream = TcpStream::connect(place).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
            silent.push(stream);
        }
        let mut browser = TcpStream::connect(place).await.unwrap();
        browser.write_all(b"GET /page HTTP/1.1\r\n\r\n").await.unwrap();
        let (head, waiting) = timeout(HEAD_PATIENCE / 2, served).await.unwrap().unwrap();
        assert!(head.starts_with("GET /page "), "{head}");
        assert!(waiting <= MOST_CALLERS, "{waiting}");
        let mut end = [0; 1];
        assert_eq!(silent[0].read(&mut end).await.unwrap_or(0), 0, "the oldest made room");
    }
}
