//! Servers that live as long as the test: a free port of 127.0.0.1, and a thread for each
//! connection.

use std::io::{self, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};

use super::sts::http::{Reply, Request};

/// Gives each connection to `serve`, and returns where it listens.
///
/// # Errors
/// When no port is free.
fn serve_on_loopback(
    serve: impl Fn(&TcpStream) + Clone + Send + 'static,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let serve = serve.clone();
            std::thread::spawn(move || serve(&stream));
        }
    });
    Ok(address)
}

/// Answers each request of each connection, and returns where it listens.
///
/// # Errors
/// When no port is free.
pub fn answer_on_loopback(
    reply: impl Fn(&Request) -> Reply + Clone + Send + 'static,
) -> io::Result<SocketAddr> {
    serve_on_loopback(move |mut stream| {
        let mut reader = BufReader::new(stream);
        while let Ok(Some(request)) = Request::read(&mut reader) {
            if stream.write_all(&reply(&request).bytes()).is_err() {
                return;
            }
        }
    })
}

/// Opens a page as a browser does, and gives what is sent back.
pub fn visit(page: &str) -> String {
    try_visit(page).unwrap()
}

/// The same of a page that may be gone.
///
/// # Errors
/// When nothing listens there.
pub fn try_visit(page: &str) -> io::Result<String> {
    let (host, path) = page.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host)?;
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    stream.shutdown(Shutdown::Write)?;
    io::read_to_string(stream)
}
