//! Any text through the quoters and through the shells that read what these wrote.

use std::io::Write;
use std::process::{Command, Stdio};

use assume_role::testing::shell::quote;
use assume_role::testing::types::sanitize::is_plain;

type Quoter = fn(&str) -> String;

const SHELLS: [(&[&str], Quoter); 6] = [
    (&["dash"], quote::sh),
    (&["dash"], quote::sh_without_patterns),
    (&["bash", "--norc", "--noprofile"], quote::sh),
    (&["bash", "--norc", "--noprofile"], quote::sh_without_patterns),
    (&["zsh", "-f"], quote::sh),
    (&["fish", "--no-config"], quote::fish),
];

/// The first byte is the shell; behind it words, each behind a zero byte.
pub fn quoting(bytes: &[u8]) {
    let Some((which, bytes)) = bytes.split_first() else { return };
    let (shell, quoted) = SHELLS[usize::from(*which) % SHELLS.len()];
    let texts =
        bytes.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned());
    // fish keeps characters of the private use area for itself.
    let is_for = |text: &String| {
        shell[0] != "fish" || text.chars().all(|c| is_plain(c) || "\n\t".contains(c))
    };
    let texts: Vec<String> = texts.filter(is_for).collect();
    let script: String =
        texts.iter().map(|text| format!("printf '%s\\0' {}\n", quoted(text))).collect();
    let run = || -> std::io::Result<Vec<u8>> {
        let mut command = Command::new(shell[0]);
        command.args(&shell[1..]).env("LC_ALL", "C.UTF-8").env("HOME", "/proc/nowhere");
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = pipes.spawn()?;
        let mut stdin = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || stdin.write_all(script.as_bytes()));
        let output = child.wait_with_output()?;
        writer.join().unwrap()?;
        Ok(output.stdout)
    };
    // A shell that is not installed is looked for by the tests of quoting.
    let Ok(printed) = run() else { return };
    let expected: Vec<u8> =
        texts.iter().flat_map(|text| [text.as_bytes(), b"\0"].concat()).collect();
    assert!(printed == expected, "{shell:?}: {texts:?}: {}", String::from_utf8_lossy(&printed));
}
