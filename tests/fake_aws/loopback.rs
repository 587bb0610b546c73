//! Servers that live as long as the test: a free port of 127.0.0.1, and a thread for each
//! connection.

use std::io::{self, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

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

/// What makes other bytes of an answer, and whether the connection ends with them.
type Spoil = Box<dyn Fn(&Reply) -> (Vec<u8>, bool) + Send>;

/// The wire between a server and its clients: what it does to the answers of a path.
#[derive(Clone, Default)]
pub struct Wire(Arc<Mutex<Option<(&'static str, Spoil)>>>);

impl Wire {
    /// From now on an answer of that path arrives as these bytes, and the connection may end with them.
    pub fn spoil(
        &self,
        path: &'static str,
        spoil: impl Fn(&Reply) -> (Vec<u8>, bool) + Send + 'static,
    ) {
        *self.0.lock().unwrap() = Some((path, Box::new(spoil)));
    }

    fn bytes(&self, path: &str, reply: &Reply) -> (Vec<u8>, bool) {
        let spoil = self.0.lock().unwrap();
        let spoil = spoil.as_ref().filter(|(spoiled, _)| *spoiled == path);
        spoil.map_or_else(|| (reply.bytes(), false), |(_, spoil)| spoil(reply))
    }
}

/// Answers each request of each connection over this wire, and returns where it listens.
///
/// # Errors
/// When no port is free.
pub fn answer_on_loopback(
    wire: &Wire,
    reply: impl Fn(&Request) -> Reply + Clone + Send + 'static,
) -> io::Result<SocketAddr> {
    let wire = wire.clone();
    serve_on_loopback(move |mut stream| {
        let mut reader = BufReader::new(stream);
        while let Ok(Some(request)) = Request::read(&mut reader) {
            let reply = reply(&request);
            let (bytes, is_last) = wire.bytes(&request.path, &reply);
            if stream.write_all(&bytes).is_err() || is_last {
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
