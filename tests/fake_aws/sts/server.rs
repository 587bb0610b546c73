//! Sockets and threads: accepts connections, keeps them alive, sends replies, and carries out the
//! faults of the wire.

use std::collections::HashMap;
use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::answer::answer;
use super::faults::Fault;
use super::gate::Gate;
use super::http::{Reply, Request};
use super::state::State;

/// A running server; stops when dropped.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    tls: Option<Arc<ServerConfig>>,
    stop: Gate,
    sockets: Mutex<Sockets>,
}

#[derive(Default)]
struct Sockets {
    stopping: bool,
    open: HashMap<usize, TcpStream>,
}

trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

impl Server {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port is free.
    pub fn start(tls: Option<Arc<ServerConfig>>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let state = Mutex::new(State::new(&address.to_string()));
        let shared = Arc::new(Shared { state, tls, stop: Gate::new(), sockets: Mutex::default() });
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::spawn(move || accept(&listener, &of_thread));
        Ok(Self { address, shared, thread: Some(thread) })
    }

    /// How many connections are open now.
    pub fn open_connections(&self) -> usize {
        self.shared.sockets.lock().unwrap().open.len()
    }

    /// The state, locked: no request is answered meanwhile.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.release();
        let mut sockets = self.shared.sockets.lock().unwrap();
        sockets.stopping = true;
        for socket in sockets.open.values() {
            let _ = socket.shutdown(Shutdown::Both);
        }
        drop(sockets);
        let woken = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take().filter(|_| woken.is_ok()) {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Counts a connection in; `None` once the server stops.
    fn admit(&self, stream: &TcpStream) -> Option<usize> {
        let mut sockets = self.sockets.lock().unwrap();
        if sockets.stopping {
            return None;
        }
        let number = {
            let mut state = self.lock();
            state.connections += 1;
            state.connections
        };
        sockets.open.insert(number, stream.try_clone().ok()?);
        Some(number)
    }

    fn end_writing(&self, number: usize) -> io::Result<()> {
        let sockets = self.sockets.lock().unwrap();
        sockets.open.get(&number).map_or(Ok(()), |socket| socket.shutdown(Shutdown::Write))
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming().map_while(Result::ok) {
        let Some(number) = shared.admit(&stream) else { break };
        let shared = Arc::clone(shared);
        std::thread::spawn(move || {
            // A client that breaks off is its own affair.
            let _ = serve(stream, number, &shared);
            shared.sockets.lock().unwrap().open.remove(&number);
        });
    }
}

fn serve(stream: TcpStream, number: usize, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let wire: Box<dyn Wire> = match &shared.tls {
        Some(config) => {
            let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
            Box::new(StreamOwned::new(connection, stream))
        }
        None => Box::new(stream),
    };
    let mut wire = BufReader::new(wire);
    while let Some(request) = Request::read(&mut wire)? {
        let (reply, fault) = answer(&mut shared.lock(), &request, number);
        let stays = send(&mut wire, &reply, fault, shared, number)?;
        if !stays
            || request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
        {
            break;
        }
    }
    Ok(())
}

/// Sends a reply, or what the fault leaves of it; whether the connection stays open.
fn send(
    wire: &mut BufReader<Box<dyn Wire>>,
    reply: &Reply,
    fault: Option<Fault>,
    shared: &Shared,
    number: usize,
) -> io::Result<bool> {
    let bytes = reply.bytes();
    let out = wire.get_mut();
    match fault {
        Some(Fault::Close) => return Ok(false),
        Some(Fault::Hang) => {
            // Nothing follows on this connection: the read ends when the client or the server
            // closes it.
            let _ = wire.read(&mut [0]);
            return Ok(false);
        }
        Some(Fault::CutAfter(count)) => {
            out.write_all(bytes.get(..count).unwrap_or(&bytes))?;
            out.flush()?;
            return Ok(false);
        }
        Some(Fault::Farewell) => {
            out.write_all(&bytes)?;
            out.flush()?;
            shared.end_writing(number)?;
            let _ = wire.read(&mut [0]);
            return Ok(false);
        }
        Some(Fault::EndlessHead) => {
            out.write_all(b"HTTP/1.1 200 OK\r\n")?;
            loop {
                out.write_all(b"X-More: and more\r\n")?;
            }
        }
        Some(Fault::Slow(pause)) => {
            for byte in &bytes {
                out.write_all(&[*byte])?;
                out.flush()?;
                let _ = shared.stop.pass_within(pause);
            }
            return Ok(true);
        }
        Some(Fault::Delay(pause)) => drop(shared.stop.pass_within(pause)),
        Some(Fault::Pause(gate)) => hold(&gate, &shared.stop),
        _ => {}
    }
    if shared.stop.is_open() {
        return Ok(false);
    }
    out.write_all(&bytes)?;
    out.flush()?;
    Ok(true)
}

/// Waits at the gate, or until the server stops.
fn hold(gate: &Gate, stop: &Gate) {
    const GLANCE: Duration = Duration::from_millis(100);
    gate.arrive();
    while !gate.pass_within(GLANCE) && !stop.is_open() {}
}
