//! A line to a server that is far away: every byte comes later by half a round trip, each way, and a
//! new connection is good for its first byte after a whole one, as the handshake of TCP has it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

/// What a packet takes there and back.
pub const ROUND_TRIP: Duration = Duration::from_millis(50);

/// Starts a line to a server, and gives its near end. Its threads end with the process.
///
/// # Errors
/// When no port is free.
pub fn start(server: SocketAddr) -> io::Result<SocketAddr> {
    let near_end = TcpListener::bind("127.0.0.1:0")?;
    let address = near_end.local_addr()?;
    thread::spawn(move || {
        for near in near_end.incoming().map_while(Result::ok) {
            let Ok(far) = TcpStream::connect(server) else { break };
            let ready = Instant::now() + ROUND_TRIP;
            let (Ok(back), Ok(forth)) = (far.try_clone(), near.try_clone()) else { break };
            let _ = (near.set_nodelay(true), far.set_nodelay(true));
            carry(near, far, ready);
            carry(back, forth, ready);
        }
    });
    Ok(address)
}

/// Carries bytes one way, each piece later by half a round trip, and none before the line is ready.
fn carry(mut from: TcpStream, mut to: TcpStream, ready: Instant) {
    let (send, receive) = channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        for (due, bytes) in receive {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
    thread::spawn(move || {
        let mut buffer = [0; 65_536];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let sent = Instant::now().max(ready);
            let bytes = buffer.get(..count).unwrap_or_default().to_vec();
            if send.send((sent + ROUND_TRIP / 2, bytes)).is_err() {
                break;
            }
        }
    });
}
