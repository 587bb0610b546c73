//! The MFA device of the playground's user: `mfa-code` shows a code that is still good.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;

use crate::fake_aws::sts::Sts;
use crate::support::failure::{Failure, Outcome};
use crate::support::world::World;

/// The name by which the device is called.
pub const PROGRAM: &str = "mfa-code";
/// The serial of the device.
pub const SERIAL: &str = "arn:aws:iam::111111111111:mfa/alice";

const SOCKET: &str = "PLAYGROUND_DEVICE";

/// Answers everyone in this world who asks for a code.
///
/// # Errors
/// When the socket cannot be made.
pub fn serve(sts: Arc<Sts>, world: &mut World) -> Outcome<()> {
    let path = world.root().join("device");
    let listener = UnixListener::bind(&path)?;
    world.set(SOCKET, path);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            // Who asks and goes away needs no code.
            let _ = stream.write_all(sts.mfa_code(SERIAL).as_bytes());
        }
    });
    Ok(())
}

/// Prints the code.
///
/// # Errors
/// Outside of a playground.
pub fn show() -> Outcome<()> {
    let path = std::env::var_os(SOCKET)
        .ok_or_else(|| Failure("this is the device of the playground".to_owned()))?;
    let mut code = String::new();
    UnixStream::connect(path)?.read_to_string(&mut code)?;
    Ok(writeln!(std::io::stdout(), "{code}")?)
}
