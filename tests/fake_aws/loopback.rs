//! Servers that live as long as the test: a free port of 127.0.0.1, and a thread for each
//! connection.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};

/// Gives each connection to `serve`, and returns where it listens.
///
/// # Errors
/// When no port is free.
pub fn serve_on_loopback(
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
