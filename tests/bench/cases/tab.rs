//! TAB with few, many and very many names, beside `--version` and beside awsume's completion.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;

use crate::measure::{Case, Make};
use crate::support::failure::Outcome;
use crate::support::world::World;

/// Accounts in the file, and the budget for them.
const SIZES: [(usize, Option<f64>); 3] = [(10, None), (2_000, Some(4.0)), (20_000, None)];
const ROLES: usize = 8;
const PROFILES: usize = 10_000;
/// The other tool's completion, from PyPI.
const AWSUME: &str = "awsume==4.5.4";

/// The cases for a program.
///
/// # Errors
/// When no home can be made.
pub fn cases(program: &Path) -> Outcome<Vec<Case>> {
    let mut cases = Vec::new();
    for (accounts, budget) in SIZES {
        let world = Rc::new(World::new(program)?);
        world.accounts(&accounts_file(accounts))?;
        world.write(".local/state/assume-role/history", history(accounts.min(500)))?;
        private(&world)?;
        for (what, words) in
            [("an account", &["account-00"][..]), ("its role", &["account-00001", ""])]
        {
            cases.push(Case {
                name: format!("TAB for {what}, {accounts} accounts with {ROLES} roles"),
                command: tab(&world, words),
                beside: ("--version".to_owned(), command(&world, &["--version"])),
                budget,
            });
        }
        cases.push(Case {
            name: format!("list, {accounts} accounts with {ROLES} roles"),
            command: command(&world, &["list"]),
            beside: ("--version".to_owned(), command(&world, &["--version"])),
            budget: None,
        });
    }
    let world = Rc::new(World::new(program)?);
    world.config(&config_file())?;
    for (what, words) in [("a profile", &["profile-00"][..]), ("a role", &["000000000001", ""])] {
        cases.push(Case {
            name: format!("TAB for {what}, {PROFILES} profiles"),
            command: tab(&world, words),
            beside: ("--version".to_owned(), command(&world, &["--version"])),
            budget: None,
        });
    }
    if let Some(awsume) = awsume() {
        let own = Rc::clone(&world);
        let theirs: Make = Box::new(move || bare(&own, &awsume));
        cases.push(Case {
            name: format!("TAB for a profile, {PROFILES} profiles, beside awsume"),
            command: tab(&world, &["profile-00"]),
            beside: ("awsume-autocomplete".to_owned(), theirs),
            budget: None,
        });
    }
    Ok(cases)
}

/// The completion of awsume in an environment of its own, which is made once and kept in the cache
/// directory.
fn awsume() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cache")))?;
    let directory = cache.join("assume-role-tests").join(AWSUME.replace("==", "-"));
    let done = |program: &Path, words: &[&str]| {
        let mut command = Command::new(program);
        command.args(words).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let program = directory.join("bin/awsume-autocomplete");
    let install = || {
        done(Path::new("python3"), &["-m", "venv", "--clear", &directory.to_string_lossy()])
            && done(
                &directory.join("bin/python"),
                &["-m", "pip", "install", "--disable-pip-version-check", AWSUME],
            )
    };
    if program.exists() || install() {
        return Some(program);
    }
    let _ = writeln!(
        std::io::stderr(),
        "{AWSUME} cannot be installed here, so that nothing is compared with it"
    );
    None
}

/// The directory of the store has to be its owner's alone.
fn private(world: &World) -> Outcome<()> {
    use std::os::unix::fs::PermissionsExt;
    let store = world.home().join(".local/state/assume-role");
    Ok(std::fs::set_permissions(store, std::fs::Permissions::from_mode(0o700))?)
}

fn tab(world: &Rc<World>, words: &[&str]) -> Make {
    let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
    let world = Rc::clone(world);
    Box::new(move || {
        let mut command = bare(&world, &world.program());
        command.env("COMPLETE", "zsh").args(["--", "assume-role"]).args(&words);
        command
    })
}

fn command(world: &Rc<World>, words: &[&str]) -> Make {
    let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
    let world = Rc::clone(world);
    Box::new(move || {
        let mut command = bare(&world, &world.program());
        command.args(&words);
        command
    })
}

/// A command without a wrapper around it, whose start would count.
fn bare(world: &World, program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(world.environment()).current_dir(world.home());
    command
}

fn accounts_file(accounts: usize) -> String {
    let roles: Vec<String> = (0..ROLES).map(|role| format!("\"role-{role}\"")).collect();
    let entry = |number: usize| {
        format!(
            "  \"account-{number:05}\": {{\"id\": \"{number:012}\", \"roles\": [{}]}}",
            roles.join(", ")
        )
    };
    format!("{{\n{}\n}}\n", (0..accounts).map(entry).collect::<Vec<_>>().join(",\n"))
}

fn history(uses: usize) -> String {
    (0..uses).fold("assume-role history 1\n".to_owned(), |mut text, number| {
        let _ = writeln!(
            text,
            "{}\t1\t{number:012}\trole-1\taccount-{number:05}",
            1_795_305_600 + number
        );
        text
    })
}

fn config_file() -> String {
    (0..PROFILES).fold(String::new(), |mut text, number| {
        let account = number / ROLES;
        let _ = write!(
            text,
            "[profile profile-{number:05}]\nrole_arn = arn:aws:iam::{account:012}:role/role-{}\nsource_profile = default\nregion = eu-west-1\n\n",
            number % ROLES
        );
        text
    })
}
