//! README and `docs/` do what they say: a reader types every command of a page, in order, in the
//! playground's world, and sees the output that the page shows.
//!
//! A block that cannot be run here says why in the line above it (`<!-- not run: reason -->`).
//! `<!-- file: .aws/accounts -->` puts a block into that file, so that a page's set-up is what its
//! commands run with, `<!-- exits: 4 -->` names the status of a command that is to fail, and
//! `<!-- needs: direnv -->` a program that `tests/run` installs; `<!-- in: pod -->` runs it where
//! `places.rs` says. Several of these stand in one remark, with `; ` between them.
//! `tests/run bless docs` writes the output that the commands show now into the pages.

pub mod blocks;
#[path = "../playground/custodian.rs"]
mod custodian;
#[allow(dead_code, reason = "the playground has more use for it")]
#[path = "../playground/device.rs"]
mod device;
mod places;
mod session;
#[allow(dead_code, reason = "the playground has more use for it")]
#[path = "../playground/stage.rs"]
mod stage;

use std::path::{Path, PathBuf};

use blocks::Block;
use session::Session;

use crate::support::failure::{Failure, Outcome};
use crate::support::golden::{bless, blessing};
use crate::support::hints::works;
use crate::support::shells::{Script, Shell};
use crate::support::tools::find;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All pages for readers.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    let mut directories = vec![root().join("docs")];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

#[test]
fn every_command_does_what_its_page_says() {
    let pages = pages();
    assert!(pages.len() > 2, "{pages:?}");
    let failures: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            pages.iter().map(|page| (page, scope.spawn(|| read_and_type(page)))).collect();
        let failed = |(page, outcome): (&PathBuf, Outcome<()>)| {
            Some(format!("{}:{}", page.display(), outcome.err()?))
        };
        let ended = threads.into_iter().map(|(page, thread)| (page, thread.join().unwrap()));
        ended.filter_map(failed).collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// What stands in a sentence is not run, but it is a command line of this program.
#[test]
fn every_command_in_a_sentence_is_understood() {
    let mut wrong = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        let fenced: Vec<_> = blocks::of(&text).into_iter().map(|block| block.place).collect();
        let sentences = text.lines().enumerate();
        let sentences = sentences.filter(|(at, _)| !fenced.iter().any(|place| place.contains(at)));
        for (at, line) in sentences {
            for span in line.split('`').skip(1).step_by(2) {
                let span = span.replace("\\|", "|");
                // A sentence may name a verb alone, or leave open what is up to the reader.
                let is_open =
                    |why: &str| why.contains("is a placeholder") || why.contains(" is missing");
                if let Err(why) = works(&span)
                    && !is_open(&why)
                {
                    wrong.push(format!("{}:{}: {span}: {why}", page.display(), at + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Goes through one page.
fn read_and_type(path: &Path) -> Outcome<()> {
    let page = std::fs::read_to_string(path)?;
    let blocks = blocks::of(&page);
    let runs = |block: &Block| block.reason().is_none() && shell_of(block).is_some();
    if !blocks.iter().any(|block| runs(block) || block.file().is_some()) {
        return Ok(());
    }
    let mut session = Session::start()?;
    let mut lines: Vec<String> = page.lines().map(str::to_owned).collect();
    // From the end, so that places stay right when a block gets longer.
    let mut written = Vec::new();
    for block in &blocks {
        let place = block.place.start;
        let at = |failure: Failure| Failure(format!("{place}: {failure}"));
        if let Some(block_lines) = type_block(&mut session, block).map_err(at)? {
            written.push((block, block_lines));
        }
    }
    for (block, shown) in written.into_iter().rev() {
        let indented = shown.iter().map(|line| format!("{}{line}", block.indent).trim_end().into());
        lines.splice(block.place.clone(), indented.collect::<Vec<String>>());
    }
    if blessing() {
        bless(path, &(lines.join("\n") + "\n"));
    }
    Ok(())
}

fn shell_of(block: &Block) -> Option<Shell> {
    match block.language.as_str() {
        "sh" | "bash" | "console" => Some(Shell::Bash),
        "zsh" => Some(Shell::Zsh),
        "fish" => Some(Shell::Fish),
        "nu" => Some(Shell::Nu),
        "xonsh" => Some(Shell::Xonsh),
        _ => None,
    }
}

/// Types what a block says; gives its lines anew when it shows output.
fn type_block(session: &mut Session, block: &Block) -> Outcome<Option<Vec<String>>> {
    let text = block.lines.join("\n") + "\n";
    if let Some(reason) = block.reason() {
        return if reason.len() > 8 { Ok(None) } else { Err(Failure("no reason".to_owned())) };
    }
    if block.needs().any(|program| find(program).is_none()) {
        return Ok(None);
    }
    if let Some(file) = block.file() {
        session.stage.world.write(file, &text)?;
        return Ok(None);
    }
    if let Some(place) = block.place_of_run() {
        session.enter(place)?;
        type_text(session, block, &text)?;
        return session.leave(place).map(|()| None);
    }
    type_text(session, block, &text)
}

/// Types a block that is run and shows no file.
fn type_text(session: &mut Session, block: &Block, text: &str) -> Outcome<Option<Vec<String>>> {
    match (block.language.as_str(), shell_of(block)) {
        ("console", _) => return compare(session, block).map(Some),
        (_, Some(Shell::Bash)) => {
            let commands = commands(&block.lines);
            let last = commands.len() - 1;
            for (number, command) in commands.iter().enumerate() {
                let (shown, status) = session.run(command)?;
                let expected = if number == last { block.status() } else { "0" };
                if status != expected {
                    return Err(Failure(format!(
                        "`{command}` ended with {status}:\n{}",
                        shown.join("\n")
                    )));
                }
            }
        }
        (_, Some(shell)) if shell.find().is_some() => {
            let ran = Script::new(shell, text).run(&session.stage.world)?;
            if ran.status != 0 {
                return Err(Failure(format!("{ran:?}")));
            }
        }
        ("json", None) => {
            serde_json::from_str::<serde_json::Value>(text)
                .map_err(|error| Failure(format!("JSON: {error}")))?;
        }
        ("toml", None) => {
            session.stage.world.write(".config/assume-role/config.toml", text)?;
            let ran = session.stage.world.run(["init", "bash"])?;
            std::fs::remove_file(
                session.stage.world.home().join(".config/assume-role/config.toml"),
            )?;
            if ran.status != 0 || !ran.stderr.is_empty() {
                return Err(Failure(format!("settings: {ran:?}")));
            }
        }
        _ => {}
    }
    Ok(None)
}

/// The commands of a script, each with all its lines.
fn commands(lines: &[String]) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    let mut open = String::new();
    for line in lines {
        open.push_str(line);
        open.push('\n');
        if line.ends_with('\\') {
            continue;
        }
        let whole = std::process::Command::new("bash").args(["-n", "-c", &open]).output();
        if whole.is_ok_and(|output| output.status.success() && output.stderr.is_empty()) {
            let command = std::mem::take(&mut open);
            let is_comment = |line: &str| line.trim().is_empty() || line.trim().starts_with('#');
            if !command.lines().all(is_comment) {
                commands.push(command);
            }
        }
    }
    assert!(open.is_empty(), "no end: {open}");
    commands
}

fn compare(session: &mut Session, block: &Block) -> Outcome<Vec<String>> {
    let mut made = Vec::new();
    for (command, expected) in block.dialogue() {
        let (shown, _) = session.run(&command)?;
        if !agrees(&expected, &shown) && !blessing() {
            return Err(Failure(format!(
                "`{command}` was to show\n{}\nand shows\n{}\n(tests/run bless docs writes it down)",
                expected.join("\n"),
                shown.join("\n")
            )));
        }
        made.push(format!("$ {command}"));
        let space = expected.last().is_some_and(String::is_empty);
        made.extend(if agrees(&expected, &shown) { expected } else { shown });
        if space && made.last().is_some_and(|line| !line.is_empty()) {
            made.push(String::new());
        }
    }
    Ok(made)
}

/// Whether what a page shows is what was shown, but for times, codes and keys. `…` alone in a line
/// stands for any lines.
fn agrees(page: &[String], shown: &[String]) -> bool {
    let page: Vec<String> = page.iter().map(|line| timeless(line)).collect();
    let shown: Vec<String> = shown.iter().map(|line| timeless(line)).collect();
    let end = page.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    let parts: Vec<&[String]> = page[..end].split(|line| line == "…").collect();
    let mut rest: &[String] = &shown;
    for (number, part) in parts.iter().enumerate() {
        let found = if number == 0 {
            rest.starts_with(part).then_some(0)
        } else if number + 1 == parts.len() {
            rest.ends_with(part).then(|| rest.len() - part.len())
        } else {
            rest.windows(part.len().max(1)).position(|window| window == *part)
        };
        let Some(at) = found else { return false };
        rest = &rest[at + part.len()..];
    }
    parts.len() > 1 || rest.is_empty()
}

/// A line without what differs each time: digits of codes, times and keys.
fn timeless(line: &str) -> String {
    let is_random = |word: &str| {
        let inner = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '…');
        let is_time = |text: &str| {
            !text.is_empty()
                && text.chars().any(|c| c.is_ascii_digit())
                && text.chars().all(|c| c.is_ascii_digit() || "hm:TZ-*".contains(c))
                && (text.contains(['h', 'm', ':', 'T']) || text.len() == 6)
        };
        is_time(inner)
            || inner.starts_with('…')
            || inner.len() > 15 && inner.starts_with("ASIA")
            || inner.len() > 15 && inner.starts_with("AKIA")
            || inner.contains("127.0.0.1:")
    };
    let words: Vec<&str> = line
        .split(' ')
        .map(|word| if is_random(word) && word != "…" { "#" } else { word })
        .collect();
    words.join(" ").trim_end().to_owned()
}
