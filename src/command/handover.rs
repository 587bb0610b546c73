//! An address handed to the browser that no list of processes shows.
//!
//! Whatever opens a browser takes the address as an argument, which every user of the machine can read for as long as
//! the browser runs. So it is given the address of a door on this machine, which leads on to the real one, once. A file
//! would do the same, but browsers in a sandbox cannot read those of other programs.

use std::io::Read;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::task::JoinSet;

use crate::error::{Error, Result};
use crate::session::Secret;
use crate::source::browser;

/// How long the browser may take to come.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest head of a request read, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;

/// Opens the browser and waits until it has come for the address.
///
/// # Errors
/// `Io` when there is nothing that opens one, or nobody came.
pub async fn hand_over(address: &Secret) -> Result<()> {
    let failed = |error: std::io::Error| Error::io("the browser cannot be led on").because(error);
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    let path = format!("/{}", random().map_err(failed)?);
    let url = format!("http://127.0.0.1:{port}{path}");
    let unopened = |why: String| {
        Error::io("no browser could be opened").because(why).hint("without --open the address is printed")
    };
    let mut opener = Command::from(browser::opener(&url)).spawn().map_err(|error| unopened(error.to_string()))?;
    let refused = async {
        match opener.wait().await {
            Ok(status) if !status.success() => format!("what opens it ended with {status}"),
            // It has told a browser that runs already, or is one.
            _ => std::future::pending().await,
        }
    };
    tokio::select! {
        led = lead_on(&listener, &path, address) => led.map_err(failed),
        why = refused => Err(unopened(why)),
        () = tokio::time::sleep(PATIENCE) => Err(unopened("it was opened and did not come for the address".to_owned())),
    }
}

/// Answers whoever comes until one knows the way. A browser opens connections that it does not use, so none of them is
/// waited for alone.
async fn lead_on(listener: &TcpListener, path: &str, address: &Secret) -> std::io::Result<()> {
    let wanted = format!("GET {path} HTTP/1.");
    let mut callers = JoinSet::new();
    loop {
        tokio::select! {
            caller = listener.accept() => {
                callers.spawn(head_of(caller?.0));
            }
            Some(Ok(Some((mut stream, head)))) = callers.join_next() => {
                if head.starts_with(wanted.as_bytes()) {
                    let answer = Secret::new(format!(
                        "HTTP/1.1 303 See Other\r\nLocation: {}\r\nCache-Control: no-store\r\n\
                         Referrer-Policy: no-referrer\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                        address.expose()
                    ));
                    stream.write_all(answer.expose().as_bytes()).await?;
                    return stream.shutdown().await;
                }
                let nothing = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                // Who asks for something else may go away before it hears so.
                let _ = stream.write_all(nothing.as_bytes()).await;
            }
        }
    }
}

/// The head of a request; `None` for whoever does not send one.
async fn head_of(mut stream: TcpStream) -> Option<(TcpStream, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() >= LONGEST_HEAD || stream.read_buf(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    Some((stream, head))
}

/// 128 bits that nobody can guess, in hexadecimal.
fn random() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
