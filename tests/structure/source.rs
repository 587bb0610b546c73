//! The source as the tests of its structure read it: code without comments, texts and tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of `src`.
pub struct Source {
    /// The code outside `#[cfg(test)]`; what stood in comments and string literals is blank.
    pub code: String,
    /// String literals outside `#[cfg(test)]`, with the place of the first quote in `code`.
    pub literals: Vec<(usize, String)>,
    /// Lines of `///` and `//!`.
    pub documentation: Vec<(usize, String)>,
}

/// What is left of a fault that the source is being rid of: the number, or nothing where
/// `ASSUME_ROLE_STRICT` asks to see it all.
pub fn left(number: usize) -> usize {
    if std::env::var_os("ASSUME_ROLE_STRICT").is_some() { 0 } else { number }
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a directory with this extension, in order.
pub fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The files of `src` that are part of the program, by module path (`plan::target`; the root is
/// empty).
pub fn modules() -> BTreeMap<String, Source> {
    let directory = root().join("src");
    let mut modules = BTreeMap::new();
    for file in files(&directory, "rs") {
        let path = file.strip_prefix(&directory).unwrap().to_owned();
        if path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        let name = path.with_extension("").to_str().unwrap().replace('/', "::");
        let name = name.trim_end_matches("mod").trim_end_matches("::");
        let name = if name == "lib" { "" } else { name }.to_owned();
        modules.insert(name, Source::read(&fs::read_to_string(&file).unwrap()));
    }
    modules
}

impl Source {
    fn read(text: &str) -> Self {
        let mut code = String::with_capacity(text.len());
        let (mut literals, mut documentation) = (Vec::new(), Vec::new());
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let at = code.len();
            let length = if rest.starts_with("//") {
                let line = rest.lines().next().unwrap();
                if line.starts_with("///") || line.starts_with("//!") {
                    documentation.push((at, line[3..].trim().to_owned()));
                }
                line.len()
            } else if rest.starts_with("r#\"") || rest.starts_with("r\"") {
                let hashes = rest[1..].find('"').unwrap();
                let end = format!("\"{}", "#".repeat(hashes));
                let start = hashes + 2;
                let length = rest[start..].find(&end).unwrap();
                literals.push((at, rest[start..start + length].to_owned()));
                start + length + end.len()
            } else if character == '"' {
                let length = 1 + end_of_text(&rest[1..]);
                literals.push((at, unescaped(&rest[1..length])));
                length + 1
            } else if let Some(length) = length_of_character(rest) {
                length
            } else {
                code.push(character);
                rest = &rest[character.len_utf8()..];
                continue;
            };
            code.extend(rest[..length].chars().flat_map(|c| {
                let blank = if c == '\n' { '\n' } else { ' ' };
                std::iter::repeat_n(blank, c.len_utf8())
            }));
            rest = &rest[length..];
        }
        let mut source = Self { code, literals, documentation };
        source.forget_tests();
        source
    }

    /// Blanks what stands behind `#[cfg(test)]`: an item with a body, or one that ends with `;`.
    fn forget_tests(&mut self) {
        const MARK: &str = "#[cfg(test)]";
        while let Some(start) = self.code.find(MARK) {
            let rest = &self.code[start..];
            let open = rest.find('{').unwrap_or(rest.len());
            let end = match rest.find(';') {
                Some(semicolon) if semicolon < open => semicolon + 1,
                _ => end_of_block(rest, open),
            };
            let range = start..start + end;
            self.literals.retain(|(at, _)| !range.contains(at));
            self.documentation.retain(|(at, _)| !range.contains(at));
            let blank: String =
                rest[..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
            self.code.replace_range(range, &blank);
        }
    }
}

/// Behind the brace that closes the one at `open`.
pub fn end_of_block(code: &str, open: usize) -> usize {
    let mut depth = 0_i32;
    for (at, character) in code[open..].char_indices() {
        depth += i32::from(character == '{') - i32::from(character == '}');
        if depth == 0 {
            return open + at + 1;
        }
    }
    code.len()
}

/// The length of a text up to its closing quote.
fn end_of_text(text: &str) -> usize {
    let mut is_escaped = false;
    let is_end = |character: char| {
        let end = character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        end
    };
    text.find(is_end).unwrap()
}

/// A literal as the program has it: a backslash at the end of a line joins two lines.
fn unescaped(text: &str) -> String {
    let mut lines = text.split("\\\n");
    let first = lines.next().unwrap().to_owned();
    let joined = lines.fold(first, |all, line| all + line.trim_start());
    joined.replace("\\\"", "\"").replace("\\\\", "\\")
}

/// The length of a character literal, which a lifetime is not.
fn length_of_character(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('\'')?;
    if let Some(escape) = inside.strip_prefix('\\') {
        return Some(3 + escape.char_indices().skip(1).find(|&(_, c)| c == '\'')?.0);
    }
    let character = inside.chars().next()?;
    inside[character.len_utf8()..].starts_with('\'').then(|| 2 + character.len_utf8())
}
