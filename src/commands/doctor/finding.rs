//! What `doctor` found, and the page that tells it.

use owo_colors::Style;

use crate::error::Error;
use crate::types::sanitize::escape_up_to;
use crate::ui::page::Page;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Fine,
    /// Worth knowing.
    Note,
    /// It works, but not as well or as safely as it could.
    Warning,
    Broken,
}

/// One finding: what and where, and what to do about it.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) level: Level,
    pub(super) what: String,
    pub(super) remedies: Vec<String>,
}

/// The longest text of a finding, in characters.
const LONGEST: usize = 600;

impl Finding {
    fn new(level: Level, what: &str) -> Self {
        Self { level, what: escape_up_to(what, LONGEST), remedies: Vec::new() }
    }

    pub(super) fn fine(what: &str) -> Self {
        Self::new(Level::Fine, what)
    }

    pub(super) fn note(what: &str) -> Self {
        Self::new(Level::Note, what)
    }

    pub(super) fn warning(what: &str) -> Self {
        Self::new(Level::Warning, what)
    }

    pub(super) fn broken(what: &str) -> Self {
        Self::new(Level::Broken, what)
    }

    /// An error as a finding; its hints are what to do.
    pub(super) fn of_error(level: Level, error: &Error) -> Self {
        let causes = error.causes.iter().flat_map(|cause| ["; ", cause.as_str()]);
        let what: String = std::iter::once(error.message.as_str()).chain(causes).collect();
        Self { remedies: error.hints.clone(), ..Self::new(level, &what) }
    }

    /// What a warning of another module says: behind the semicolon stands what to do.
    pub(super) fn of_warning(level: Level, text: &str) -> Self {
        match text.rsplit_once("; ") {
            Some((what, remedy)) => Self::new(level, what).remedy(remedy),
            None => Self::new(level, text),
        }
    }

    #[must_use]
    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedies.push(remedy.into());
        self
    }
}

pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) findings: Vec<Finding>,
}

/// As many findings of one level are told in a section; a broken file can have thousands.
const MOST: usize = 12;

/// The page: each finding with its mark, and below it what to do.
pub(super) fn page(sections: &[Section], page: &Page) -> String {
    let mut text = String::new();
    for section in sections.iter().filter(|section| !section.findings.is_empty()) {
        text.push_str(&page.styled(section.title, Style::new().bold()));
        text.push('\n');
        for level in [Level::Broken, Level::Warning, Level::Note, Level::Fine] {
            let all: Vec<&Finding> =
                section.findings.iter().filter(|finding| finding.level == level).collect();
            for finding in all.iter().take(MOST) {
                text.push_str(&line(finding, page));
            }
            if all.len() > MOST {
                text.push_str(&format!("           and {} more like these\n", all.len() - MOST));
            }
        }
    }
    text
}

fn line(finding: &Finding, page: &Page) -> String {
    let (mark, style) = match finding.level {
        Level::Fine => ("ok", Style::new().green()),
        Level::Note => ("note", Style::new().cyan()),
        Level::Warning => ("warning", Style::new().yellow().bold()),
        Level::Broken => ("broken", Style::new().red().bold()),
    };
    let blanks = " ".repeat("warning".len() - mark.len());
    let mut text =
        format!("  {}{blanks}  {}\n", page.styled(mark, style), page.filled(&finding.what, 11));
    for remedy in &finding.remedies {
        text.push_str(&format!(
            "           {} {}\n",
            page.styled("->", Style::new().dimmed()),
            page.filled(remedy, 14)
        ));
    }
    text
}
