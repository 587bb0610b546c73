//! An address handed to the browser that no list of processes shows.
//!
//! Whatever opens a browser takes the address as an argument, which every user of the machine can
//! read for as long as the browser runs. So it is given the address of a door on this machine,
//! which leads on to the real one, once. A file would do the same, but browsers in a sandbox cannot
//! read those of other programs. The address of the door can be read too, so where the system tells
//! whose a connection is, no other user is led on.

use std::time::Duration;

use rustix::process::geteuid;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::acquire::browser::{Browser, Identity};
use crate::acquire::listener::Listener;
use crate::aws::unique;
use crate::error::{Error, Result};
use crate::types::Secret;

/// How long the browser may take to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// Opens the browser and waits until it has come for the address.
pub(super) async fn hand_over(
    address: &Secret,
    browser: &Browser,
    identity: Identity<'_>,
) -> Result<()> {
    let failed = |error: std::io::Error| Error::io("cannot open the browser").because(error);
    let mut listener = Listener::open().await.map_err(failed)?;
    let path = unique().ok_or_else(|| Error::io("the system gives no random numbers"))?;
    let path = format!("/{path}");
    let url = format!("http://127.0.0.1:{}{path}", listener.port);
    let unopened = |why: String| {
        Error::io("the browser could not be opened")
            .because(why)
            .hint("without --open the address is printed")
    };
    let named = browser.origin.as_ref().map(|origin| format!(" (named by {origin})"));
    let named = named.unwrap_or_default();
    let mut opener = Command::from(browser.command(&url, identity)?)
        .spawn()
        .map_err(|error| unopened(format!("{error}{named}")))?;
    let refused = async {
        match opener.wait().await {
            Ok(status) if !status.success() => format!("what opens it ended with {status}{named}"),
            // It has told a browser that runs already, or is one.
            _ => std::future::pending().await,
        }
    };
    tokio::select! {
        led = lead_on(&mut listener, &path, address, geteuid().as_raw()) => led.map_err(failed),
        why = refused => Err(unopened(why)),
        () = tokio::time::sleep(PATIENCE) => Err(unopened("it was opened and did not come for the address".to_owned())),
    }
}

/// Answers each request until one knows the way. `user` is whose browser it is.
async fn lead_on(
    listener: &mut Listener,
    path: &str,
    address: &Secret,
    user: u32,
) -> std::io::Result<()> {
    let wanted = format!("GET {path} HTTP/1.");
    loop {
        let (mut stream, head) = listener.next().await;
        let is_theirs = || caller_of(&stream).is_none_or(|caller| caller == user);
        if head.starts_with(&wanted) && is_theirs() {
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

/// The user on whose behalf a connection was made; `None` where the system does not tell.
fn caller_of(stream: &TcpStream) -> Option<u32> {
    let ports = [stream.peer_addr().ok()?.port(), stream.local_addr().ok()?.port()];
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"]
        .map(|table| std::fs::read_to_string(table).unwrap_or_default());
    tables.iter().find_map(|table| owner(table, ports))
}

/// The owner of the socket that is connected from one loopback port to another (proc_net_tcp(5)); a
/// socket of IPv6 may hold an address of IPv4.
fn owner(table: &str, ports: [u16; 2]) -> Option<u32> {
    let loopback = ["0100007F", "0000000000000000FFFF00000100007F"];
    let [from, to] = ports.map(|port| loopback.map(|address| format!("{address}:{port:04X}")));
    table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, local, remote, _, _, _, _, user, ..] = fields.as_slice() else { return None };
        let is_it = from.iter().any(|end| end == local) && to.iter().any(|end| end == remote);
        user.parse().ok().filter(|_| is_it)
    })
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[test]
    fn the_owner_stands_in_the_table_of_the_system() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0\n\
            1: 0100007F:1F90 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 0\n\
            2: 0200007F:C001 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1002        0 3 1 0\n\
            2: 0100007F:C001 0100007F:1F91 01 00000000:00000000 00:00000000 00000000  1004        0 3 1 0\n\
            3: 0100007F:C001 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 3 1 0\n\
            4: 0000000000000000FFFF00000100007F:C002 0000000000000000FFFF00000100007F:1F90 01 0:0 0:0 0  1003 0 3 1 0\n";
        assert_eq!(
            [0xC001, 0xC002, 0xC003].map(|port| owner(table, [port, 0x1F90])),
            [Some(1001), Some(1003), None]
        );
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn another_user_is_not_led_on() {
        let mut listener = Listener::open().await.unwrap();
        let place = ("127.0.0.1", listener.port);
        let (user, address) =
            (geteuid().as_raw(), Secret::new("https://signin.example/".to_owned()));
        for (user, wanted) in [(user + 1, "HTTP/1.1 404 "), (user, "HTTP/1.1 303 ")] {
            let mut stream = TcpStream::connect(place).await.unwrap();
            stream.write_all(b"GET /path HTTP/1.1\r\n\r\n").await.unwrap();
            let mut answer = String::new();
            tokio::select! {
                read = stream.read_to_string(&mut answer) => { read.unwrap(); }
                led = lead_on(&mut listener, "/path", &address, user) => {
                    led.unwrap();
                    stream.read_to_string(&mut answer).await.unwrap();
                }
            }
            assert!(answer.starts_with(wanted), "{answer}");
        }
    }
}
