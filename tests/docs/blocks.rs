//! Fenced blocks of a Markdown page, with the remark that stands above them.

use std::ops::Range;

/// A fenced block.
pub struct Block {
    /// The word behind the fence: `sh`, `console`, `json`; empty without one.
    pub language: String,
    /// What an HTML comment in the line above says: `not run: …`, `file: …`.
    pub remark: Option<String>,
    /// The lines between the fences, without their indentation.
    pub lines: Vec<String>,
    /// Where these lines stand in the page, counted from 0.
    pub place: Range<usize>,
    /// What each line is indented by.
    pub indent: String,
}

/// The blocks of a page in order.
pub fn of(page: &str) -> Vec<Block> {
    let lines: Vec<&str> = page.lines().collect();
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let indent_length = lines[at].len() - lines[at].trim_start().len();
        let Some(language) = lines[at].trim_start().strip_prefix("```") else {
            at += 1;
            continue;
        };
        let start = at + 1;
        let length = lines[start..].iter().position(|line| line.trim_start() == "```");
        let end = start + length.expect("every fence is closed");
        let strip = |line: &&str| line.get(indent_length..).unwrap_or_default().to_owned();
        blocks.push(Block {
            language: language.trim().to_owned(),
            remark: remark(&lines[..at]),
            lines: lines[start..end].iter().map(strip).collect(),
            place: start..end,
            indent: " ".repeat(indent_length),
        });
        at = end + 1;
    }
    blocks
}

fn remark(above: &[&str]) -> Option<String> {
    let last = above.iter().rev().find(|line| !line.trim().is_empty())?.trim();
    Some(last.strip_prefix("<!--")?.strip_suffix("-->")?.trim().to_owned())
}

impl Block {
    /// What the remark says under a label; several stand with `; ` between them.
    fn says(&self, label: &str) -> Option<&str> {
        self.remark.as_deref()?.split("; ").find_map(|part| part.strip_prefix(label))
    }

    /// Why it is not run, when it says so.
    pub fn reason(&self) -> Option<&str> {
        self.says("not run: ")
    }

    /// The file of the home that it shows.
    pub fn file(&self) -> Option<&str> {
        self.says("file: ")
    }

    /// Programs that it is not run without.
    pub fn needs(&self) -> impl Iterator<Item = &str> {
        self.says("needs: ").unwrap_or_default().split_whitespace()
    }

    /// Where it runs, when that is not the reader's own machine.
    pub fn place_of_run(&self) -> Option<&str> {
        self.says("in: ")
    }

    /// The status that its last command ends with.
    pub fn status(&self) -> &str {
        self.says("exits: ").unwrap_or("0")
    }

    /// The commands of a `console` block, each with the output shown below it.
    pub fn dialogue(&self) -> Vec<(String, Vec<String>)> {
        let mut dialogue: Vec<(String, Vec<String>)> = Vec::new();
        for line in &self.lines {
            if let Some(command) = line.strip_prefix("$ ") {
                dialogue.push((command.to_owned(), Vec::new()));
            } else {
                let (_, output) = dialogue.last_mut().expect("a block begins with a command");
                output.push(line.clone());
            }
        }
        dialogue
    }
}
