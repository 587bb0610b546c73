//! Leaves the tables for unwinding out of the release binary, an eighth of it: it aborts on a panic, so nobody reads
//! them.

use std::path::Path;
use std::{env, fs, io};

const SCRIPT: &str = "\
SECTIONS { /DISCARD/ : { *(.eh_frame) *(.gcc_except_table .gcc_except_table.*) } }
INSERT AFTER .rodata;
";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).as_deref() == Ok(value);
    let linux = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    // A linker that users choose for themselves may read no scripts, as mold.
    let usual_linker = env::var_os("RUSTC_LINKER").is_none() && is("CARGO_ENCODED_RUSTFLAGS", "");
    if linux && usual_linker && is("PROFILE", "release") {
        let script = Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("no_unwinding.ld");
        fs::write(&script, SCRIPT)?;
        println!("cargo::rustc-link-arg-bins=-Wl,--no-eh-frame-hdr");
        println!("cargo::rustc-link-arg-bins=-T{}", script.display());
    }
    Ok(())
}
