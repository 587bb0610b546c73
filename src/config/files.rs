//! Reads a file of the user, whatever is at its path: a fifo, a device or a directory is refused without
//! waiting, a file above the cap without reading it.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;
use memchr::memchr_iter;
use memmap2::MmapMut;
use rustix::fs::OFlags;

use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;

/// The most that an accounts file may hold, in bytes.
pub(crate) const ACCOUNTS_CAP: u64 = 4 << 20;
/// The most that a config, credentials or settings file may hold, in bytes.
pub(crate) const CONFIG_CAP: u64 = 32 << 20;
const LARGE_PAGE: u64 = 2 << 20;
const MARK: char = '\u{FEFF}';
const ENCODING: &str = "save the file as UTF-8";

pub(crate) struct RawFile<T = Vec<u8>> {
    pub shown: Arc<str>,
    pub bytes: T,
    /// Which other users could have written it, if any.
    pub warning: Option<String>,
}

pub(crate) struct TextFile<T = String> {
    pub shown: Arc<str>,
    pub text: T,
    pub warning: Option<String>,
}

impl From<TextFile> for TextFile<ByteString> {
    fn from(TextFile { shown, text, warning }: TextFile) -> Self {
        Self { shown, text: text.into(), warning }
    }
}

/// `path` with `~` for the home directory, escaped and cut for messages.
pub(crate) fn shown_path(path: &Path, home: Option<&Path>) -> String {
    let under_home = home
        .and_then(|home| path.strip_prefix(home).ok())
        .filter(|rest| !rest.as_os_str().is_empty());
    let text = under_home
        .map_or_else(|| path.display().to_string(), |rest| format!("~/{}", rest.display()));
    escape_up_to(&text, 300)
}

/// A path that messages show, as a word of a command to paste. The shell expands `~` outside quotes
/// only.
pub(crate) fn shell_path(shown: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%=".contains(c);
    let (tilde, rest) = shown.strip_prefix("~/").map_or(("", shown), |rest| ("~/", rest));
    if rest.chars().all(is_plain) {
        return shown.to_owned();
    }
    format!("{tilde}'{}'", rest.replace('\'', "'\\''"))
}

/// Reads a UTF-8 file of at most `cap` bytes; a missing file is `None`.
pub(crate) fn read_text(path: &Path, home: Option<&Path>, cap: u64) -> Result<Option<TextFile>> {
    let Some(RawFile { shown, bytes, warning }) = read_bytes(path, home, cap)? else {
        return Ok(None);
    };
    Ok(Some(TextFile { text: decode(bytes, &shown)?, shown, warning }))
}

/// The same for what may be a list of thousands and holds no secret.
pub(crate) fn read_list(
    path: &Path,
    home: Option<&Path>,
    cap: u64,
) -> Result<Option<TextFile<ByteString>>> {
    let Some(RawFile { shown, bytes, warning }) =
        read_file(path, home, cap, read_into_large_pages)?
    else {
        return Ok(None);
    };
    refuse_utf16(&bytes, &shown)?;
    let text = ByteString::try_from(bytes.clone())
        .map_err(|error| not_utf8(&bytes, error.valid_up_to(), &shown))?;
    let text = text.strip_prefix(MARK).map_or_else(|| text.clone(), |rest| text.slice_ref(rest));
    Ok(Some(TextFile { text, shown, warning }))
}

pub(crate) fn read_bytes(path: &Path, home: Option<&Path>, cap: u64) -> Result<Option<RawFile>> {
    read_file(path, home, cap, read_up_to)
}

fn read_file<T: AsRef<[u8]>>(
    path: &Path,
    home: Option<&Path>,
    cap: u64,
    read: fn(&File, u64, u64) -> std::io::Result<T>,
) -> Result<Option<RawFile<T>>> {
    let shown = shown_path(path, home);
    let Some(file) = open(path, &shown)? else { return Ok(None) };
    let (bytes, metadata) = read_open(&file, &shown, cap, read)?;
    let warning = foreign_writer(&metadata, &shown);
    Ok(Some(RawFile { shown: shown.into(), bytes, warning }))
}

/// Opens what is a regular file, without waiting for what is none; a missing file is `None`.
pub(crate) fn open(path: &Path, shown: &str) -> Result<Option<File>> {
    // The usual way to say "no such file" to AWS's tools: AWS_CONFIG_FILE=/dev/null.
    if path == Path::new("/dev/null") {
        return Ok(None);
    }
    // Non-blocking, since opening a fifo waits for a writer.
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
    match OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error()) => {
            Err(not_a_file(shown))
        }
        Err(error) => Err(unreadable(shown, &error, path.metadata().ok())),
    }
}

/// What an open file holds from where it stands, and what it was just before that was read.
pub(crate) fn read_open<T: AsRef<[u8]>>(
    file: &File,
    shown: &str,
    cap: u64,
    read: fn(&File, u64, u64) -> std::io::Result<T>,
) -> Result<(T, Metadata)> {
    let too_large = || {
        let (size, unit) = if cap >> 20 == 0 { (cap >> 10, "KiB") } else { (cap >> 20, "MiB") };
        Err(Error::config(format!("{shown} is larger than {size} {unit}"))
            .hint("is this the right file?"))
    };
    let metadata = file.metadata().map_err(|error| unreadable(shown, &error, None))?;
    if !metadata.is_file() {
        return Err(not_a_file(shown));
    }
    if metadata.len() > cap {
        return too_large();
    }
    let bytes = read(file, metadata.len(), cap).map_err(|error| unreadable(shown, &error, None))?;
    if bytes.as_ref().len() as u64 > cap {
        return too_large();
    }
    Ok((bytes, metadata))
}

fn unreadable(shown: &str, error: &std::io::Error, metadata: Option<Metadata>) -> Error {
    let hint = match (error.kind(), metadata) {
        (ErrorKind::PermissionDenied, Some(metadata)) => chmod("u+r", &metadata, shown),
        _ => format!("look at it: ls -ld {}", shell_path(shown)),
    };
    Error::config(format!("cannot read {shown}")).because(error).hint(hint)
}

fn not_a_file(shown: &str) -> Error {
    Error::config(format!("{shown} is not a regular file"))
        .hint(format!("look at it: ls -ld {}", shell_path(shown)))
}

/// Reads one byte more than `cap`, into a buffer that need not grow: growing would leave copies of
/// keys behind.
pub(crate) fn read_up_to(file: &File, expected: u64, cap: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes =
        Vec::with_capacity(usize::try_from(expected).unwrap_or_default().saturating_add(1));
    file.take(cap + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The same into memory of its own. To find 2.6 MB in small pages takes the kernel six times as long
/// as to read them, a fifth of the time of a TAB.
fn read_into_large_pages(mut file: &File, expected: u64, cap: u64) -> std::io::Result<Bytes> {
    let room = usize::try_from((cap + 1).next_multiple_of(LARGE_PAGE)).unwrap_or(usize::MAX);
    let is_large = expected >= LARGE_PAGE / 2;
    let Some(mut memory) = is_large.then(|| MmapMut::map_anon(room).ok()).flatten() else {
        return read_up_to(file, expected, cap).map(Bytes::from);
    };
    // Where the kernel has none, small ones do.
    #[cfg(target_os = "linux")]
    let _ = memory.advise(memmap2::Advice::HugePage);
    let mut length = 0;
    while let Some(free) = memory.get_mut(length..) {
        match file.read(free) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Bytes::from_owner(memory).slice(..length))
}

pub(crate) fn decode(bytes: Vec<u8>, shown: &str) -> Result<String> {
    refuse_utf16(&bytes, shown)?;
    let mut text = String::from_utf8(bytes)
        .map_err(|error| not_utf8(error.as_bytes(), error.utf8_error().valid_up_to(), shown))?;
    if text.starts_with(MARK) {
        text.drain(..MARK.len_utf8());
    }
    Ok(text)
}

fn refuse_utf16(bytes: &[u8], shown: &str) -> Result<()> {
    if matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, ..] | [_, 0, ..]) {
        return Err(Error::config(format!("{shown} is UTF-16")).hint(ENCODING));
    }
    Ok(())
}

fn not_utf8(bytes: &[u8], good: usize, shown: &str) -> Error {
    let line = memchr_iter(b'\n', bytes.get(..good).unwrap_or_default()).count() + 1;
    Error::config(format!("{shown}:{line}: this line is not UTF-8")).hint(ENCODING)
}

fn foreign_writer(metadata: &Metadata, shown: &str) -> Option<String> {
    let me = rustix::process::geteuid().as_raw();
    if metadata.mode() & 0o002 != 0 {
        return Some(format!("everyone may write {shown}; {}", chmod("o-w", metadata, shown)));
    }
    (metadata.uid() != me && metadata.uid() != 0)
        .then(|| format!("{shown} belongs to user {}", metadata.uid()))
}

/// Who else reads a file that holds a secret. It is used all the same, as AWS's tools do.
pub(crate) fn others_may_read(path: &Path, shown: &str, secret: &str) -> Option<String> {
    let wide = std::fs::metadata(path).ok().filter(|metadata| metadata.mode() & 0o077 != 0)?;
    let remedy = chmod("600", &wide, shown);
    Some(format!("others may read {shown}, which holds {secret}; {remedy}"))
}

/// The command that changes the mode of a file, or why it would fail.
pub(crate) fn chmod(mode: &str, metadata: &Metadata, shown: &str) -> String {
    match [0, metadata.uid()].contains(&rustix::process::geteuid().as_raw()) {
        true => format!("chmod {mode} {}", shell_path(shown)),
        false => format!("it belongs to user {}", metadata.uid()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn read(bytes: &[u8]) -> Result<Option<TextFile>> {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("f"), bytes).unwrap();
        read_text(&home.path().join("f"), Some(home.path()), 1024)
    }

    fn refusal(bytes: &[u8]) -> String {
        read(bytes).err().unwrap().to_string()
    }

    #[test]
    fn text_with_and_without_a_mark() {
        for bytes in ["\u{FEFF}a\r\nb", "a\r\nb"] {
            let file = read(bytes.as_bytes()).unwrap().unwrap();
            assert_eq!((file.text.as_str(), &*file.shown, file.warning), ("a\r\nb", "~/f", None));
        }
    }

    #[test]
    fn large_pages_hold_what_small_ones_do() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("f");
        let lines = "a line\n".repeat(400_000);
        let line = |number: usize| number * "a line\n".len();
        for (start, length, end) in [
            ("", 0, &b""[..]),
            ("\u{FEFF}", 10, b""),
            ("", line(200_000), "\u{e9}".as_bytes()),
            ("\u{FEFF}", line(300_000), b"\xE9\n"),
            ("", (2 << 20) - 1, b""),
            ("", 2 << 20, b""),
            ("", (2 << 20) + 1, b""),
            ("\0", line(200_000), b""),
        ] {
            fs::write(&path, [start.as_bytes(), &lines.as_bytes()[..length], end].concat())
                .unwrap();
            for cap in [2 << 20, 4 << 20] {
                let list = read_list(&path, None, cap).map(|file| file.unwrap().text.to_string());
                let text = read_text(&path, None, cap).map(|file| file.unwrap().text);
                assert_eq!(list.as_ref().ok(), text.as_ref().ok());
                assert_eq!(list.err().map(|e| e.to_string()), text.err().map(|e| e.to_string()));
            }
        }
    }

    #[test]
    fn other_encodings_are_named() {
        assert!(refusal(b"\xFF\xFEa\0b\0").contains("~/f is UTF-16"));
        assert!(refusal(b"a\0b\0").contains("UTF-16"));
        assert!(refusal(b"one\ntwo\nthr\xE9\n").contains("~/f:3: this line is not UTF-8"));
    }

    #[test]
    fn missing_is_none() {
        assert!(read_text(Path::new("/nonexistent/f"), None, 1).unwrap().is_none());
        assert!(read_text(Path::new("/dev/null"), None, 1).unwrap().is_none());
    }

    #[test]
    fn what_is_no_file_is_refused_without_waiting() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        fs::create_dir(at("dir")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            at("fifo"),
            rustix::fs::FileType::Fifo,
            0o600.into(),
            0,
        )
        .unwrap();
        let socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        for path in [at("dir"), at("fifo"), at("socket"), "/dev/zero".into()] {
            let error = read_text(&path, Some(home.path()), 100).err().unwrap().to_string();
            assert!(error.contains("is not a regular file"), "{error}");
        }
        drop(socket);
    }

    #[test]
    fn the_cap_holds() {
        assert!(read(&[b'a'; 1024]).is_ok());
        assert!(refusal(&[b'a'; 1025]).contains("larger than 1 KiB"));
    }

    #[test]
    fn a_file_that_everyone_may_write_is_read_with_a_warning() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("f");
        fs::write(&path, "x").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        let file = read_text(&path, Some(home.path()), 100).unwrap().unwrap();
        assert_eq!(file.warning.as_deref(), Some("everyone may write ~/f; chmod o-w ~/f"));
    }

    #[test]
    fn paths_for_people() {
        let home = Some(Path::new("/h"));
        for (path, shown) in [
            ("/h/.aws/config", "~/.aws/config"),
            ("/hh/x", "/hh/x"),
            ("/h", "/h"),
            ("a\x1b", "a\\x1b"),
        ] {
            assert_eq!(shown_path(Path::new(path), home), shown);
        }
        for (shown, word) in
            [("~/.aws/config", "~/.aws/config"), ("~/a b", "~/'a b'"), ("/o'b", "'/o'\\''b'")]
        {
            assert_eq!(shell_path(shown), word);
        }
    }
}
