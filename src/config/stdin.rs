//! Text that is handed over once: a file that the command line names, or standard input for `-`.

use std::io::{BufRead, Read};
use std::path::Path;
use std::sync::OnceLock;

use zeroize::Zeroizing;

use super::files::read_text;
use crate::error::{Error, Result};
use crate::types::Secret;

const CAP: u64 = 1 << 20;

/// The text of a file, or of standard input for `-`, with where it is from. `option` names it in
/// messages.
pub(crate) fn read_handed_over(
    option: &str,
    path: &str,
    home: Option<&Path>,
) -> Result<(Secret, String)> {
    let (text, origin) = if path == "-" {
        (Zeroizing::new(config(option)?.expose().to_owned()), "standard input".to_owned())
    } else {
        let file = read_text(Path::new(path), home, CAP)?.ok_or_else(|| {
            Error::config(format!("there is no file {}, which {option} names", shown(path)))
        })?;
        (Zeroizing::new(file.text), file.shown.to_string())
    };
    if text.trim().is_empty() {
        return Err(
            Error::config(format!("{origin} is empty")).because(format!("{option} names it"))
        );
    }
    Ok((Secret::new(text.trim().to_owned()), origin))
}

fn shown(path: &str) -> String {
    crate::types::sanitize::escape_up_to(path, 300)
}

/// What standard input held. It can be read only once, and is wanted twice where a role has to be
/// chosen first.
fn config(option: &str) -> Result<&'static Secret> {
    static INPUT: OnceLock<Secret> = OnceLock::new();
    if let Some(read) = INPUT.get() {
        return Ok(read);
    }
    let mut text = read_input(option)?;
    Ok(INPUT.get_or_init(|| Secret::new(std::mem::take(&mut *text))))
}

/// The first line of standard input, for what is one line and may be typed there. It is read once.
pub(crate) fn read_line(option: &str) -> Result<Secret> {
    static LINE: OnceLock<Secret> = OnceLock::new();
    if let Some(read) = LINE.get() {
        return Ok(read.clone());
    }
    let mut line = Zeroizing::new(String::new());
    let failed =
        |error| Error::config(format!("standard input cannot be read for {option}")).because(error);
    std::io::stdin().lock().take(CAP).read_line(&mut line).map_err(failed)?;
    Ok(LINE.get_or_init(|| Secret::new(line.trim().to_owned())).clone())
}

fn read_input(option: &str) -> Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(64 * 1024));
    let failed = |why: String| {
        Error::config(format!("standard input cannot be read for {option}")).because(why)
    };
    std::io::stdin()
        .lock()
        .take(CAP + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(error.to_string()))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > CAP {
        return Err(failed("it is larger than 1 MiB".to_owned()));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| failed("it is not UTF-8".to_owned()))?;
    Ok(Zeroizing::new(text.to_owned()))
}
