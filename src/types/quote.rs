//! Words that people copy into a shell.

/// One word for sh, dash, bash and zsh: `'…'`, each `'` as `'\''`.
pub fn sh(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// One word for a person to copy into whatever shell: as it is where no shell sees anything in it,
/// else as [`sh`].
pub fn word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.@+,:/-".contains(&byte);
    let starts_an_assignment =
        text.bytes().all(|byte| is_plain(byte) || byte == b'=') && text.starts_with("--");
    if !text.is_empty() && (starts_an_assignment || text.bytes().all(is_plain)) {
        text.to_owned()
    } else {
        sh(text)
    }
}
