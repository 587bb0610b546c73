//! `doctor`: looks at the set-up and says what to do about each thing that is not as it should be.
//!
//! Files, the store, the environment and what the shell says about itself come in; findings go out,
//! good ones too, so that one sees what was looked at. Nothing is written, no question is asked, no
//! program is run. The network is left alone without `--online`.

mod environment;
mod files;
mod finding;
mod modes;
mod names;
mod online;
mod path;
mod prompt;
mod shell;
mod startup;
mod state;
mod store;

use super::context::{Context, Printed};
use crate::cli;
use crate::error::{Error, Kind, Result};
use finding::{Level, Section};
use state::ShellState;

/// The findings, and an error when something is broken.
pub(super) fn run(arguments: cli::Doctor, context: &Context) -> Result<Printed> {
    let environment = &context.environment;
    let state = environment
        .raw("ASSUME_ROLE_SHELL_STATE")
        .map(|text| ShellState::parse(&text.to_string_lossy()));
    let read = files::FilesRead::all(environment);
    let mut of_shell = shell::findings(state.as_ref(), context);
    of_shell.extend(startup::findings(environment));
    // This goes through every account, and what is wrong with the files is known from it.
    let of_names = names::findings(&read);
    let mut sections = vec![
        Section { title: "program", findings: path::findings(context) },
        Section { title: "shell", findings: of_shell },
        Section { title: "files", findings: files::findings(&read, environment, context.now()) },
        Section { title: "names", findings: of_names },
        Section { title: "store", findings: store::findings(&read, context) },
        Section { title: "environment", findings: environment::findings(environment) },
    ];
    if arguments.online {
        sections.push(Section { title: "AWS", findings: online::findings(&read)? });
    }
    let page = context.page(arguments.color.when);
    let count = |level| {
        sections.iter().flat_map(|section| &section.findings).filter(|it| it.level == level).count()
    };
    let (broken, warnings) = (count(Level::Broken), count(Level::Warning));
    let text = finding::page(&sections, &page);
    let warned = match warnings {
        0 => String::new(),
        1 => "; 1 warning".to_owned(),
        several => format!("; {several} warnings"),
    };
    Ok(match broken {
        0 => Printed::text(format!("{text}Nothing is broken{warned}.\n")),
        1 => Printed {
            text,
            error: Some(Error::new(Kind::Broken, format!("1 thing is broken{warned}"))),
        },
        several => Printed {
            text,
            error: Some(Error::new(Kind::Broken, format!("{several} things are broken{warned}"))),
        },
    })
}
