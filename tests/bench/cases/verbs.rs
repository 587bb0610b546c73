//! TAB and the verbs that look at everything, with few, many and very many names.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;

use crate::measure::{Budget, Case, Make};
use crate::support::failure::Outcome;
use crate::support::world::World;

const ROLES: usize = 8;
/// The other tool's completion, from PyPI.
const AWSUME: &str = "awsume==4.5.4";

const NONE: Budget = Budget::None;
const TAB: Budget = Budget::Ratio(3.0);
const LIST: Budget = Budget::Ratio(5.0);

/// What is done, its words (behind `TAB` those on the line), and the budgets at each size.
type Path3 = (&'static str, &'static [&'static str], [Budget; 3]);

const ACCOUNTS: [usize; 3] = [10, 2_000, 20_000];
const WITH_ACCOUNTS: [Path3; 6] = [
    ("TAB for an account", &["TAB", "account-00"], [NONE, TAB, NONE]),
    ("TAB for its role", &["TAB", "account-00001", ""], [NONE, TAB, TAB]),
    ("`explain` for an account", &["explain", "account-00001", "role-1"], [NONE, TAB, NONE]),
    ("`list` of accounts", &["list"], [NONE, LIST, NONE]),
    ("`list --json` of accounts", &["list", "--json"], [NONE, NONE, NONE]),
    ("`doctor` with accounts", &["doctor"], [NONE, NONE, Budget::Time(100.0)]),
];

const PROFILES: [usize; 3] = [10, 1_000, 10_000];
const WITH_PROFILES: [Path3; 6] = [
    ("TAB for a profile", &["TAB", "profile-00"], [NONE, NONE, TAB]),
    ("TAB for a role of profiles", &["TAB", "000000000001", ""], [NONE, NONE, TAB]),
    ("`explain` for a profile", &["explain", "profile-00001"], [NONE, NONE, TAB]),
    ("`list` of profiles", &["list"], [NONE, NONE, LIST]),
    ("`profile list`", &["profile", "list"], [NONE, NONE, LIST]),
    ("`doctor` with profiles", &["doctor"], [NONE, NONE, NONE]),
];

/// The cases for a program.
///
/// # Errors
/// When no home can be made.
pub fn cases(program: &Path) -> Outcome<Vec<Case>> {
    let mut cases = Vec::new();
    for (at, size) in ACCOUNTS.into_iter().enumerate() {
        let world = world(program)?;
        world.accounts(&accounts_file(size))?;
        world.write(".local/state/assume-role/history", history(size.min(500)))?;
        private(&world)?;
        let what = format!("{size} accounts with {ROLES} roles");
        cases.extend(WITH_ACCOUNTS.iter().map(|path| case(&world, path, at, size, &what)));
    }
    for (at, size) in PROFILES.into_iter().enumerate() {
        let world = world(program)?;
        world.config(&config_file(size))?;
        let what = format!("{size} profiles");
        cases.extend(WITH_PROFILES.iter().map(|path| case(&world, path, at, size, &what)));
        if let Some(awsume) = (size == 10_000).then(awsume).flatten() {
            let own = Rc::clone(&world);
            let theirs: Make = Box::new(move || bare(&own, &awsume));
            let name = format!("TAB for a profile, {what}, beside awsume");
            let ours = make(&world, &["TAB", "profile-00"]);
            cases.push(Case::new(name, ours, ("awsume-autocomplete", theirs), NONE));
        }
    }
    Ok(cases)
}

/// A home with keys.
fn world(program: &Path) -> Outcome<Rc<World>> {
    let world = World::new(program)?;
    world.credentials(
        "[default]\naws_access_key_id = AKIA1234567890123456\naws_secret_access_key = example\n",
    )?;
    Ok(Rc::new(world))
}

fn case(world: &Rc<World>, path: &Path3, at: usize, size: usize, what: &str) -> Case {
    let (name, words, budgets) = path;
    let budget = budgets.get(at).copied().unwrap_or(NONE);
    let version = ("`--version`", make(world, &["--version"]));
    let case = Case::new(format!("{name}, {what}"), make(world, words), version, budget);
    Case { size: Some(((*name).to_owned(), size)), ..case }
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

fn make(world: &Rc<World>, words: &'static [&'static str]) -> Make {
    let world = Rc::clone(world);
    Box::new(move || {
        let mut command = bare(&world, &world.program());
        match words {
            ["TAB", line @ ..] => {
                command.env("COMPLETE", "zsh").args(["--", "assume-role"]).args(line)
            }
            words => command.args(words),
        };
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

fn config_file(profiles: usize) -> String {
    (0..profiles).fold(String::new(), |mut text, number| {
        let account = number / ROLES;
        let _ = write!(
            text,
            "[profile profile-{number:05}]\nrole_arn = arn:aws:iam::{account:012}:role/role-{}\nsource_profile = default\nregion = eu-west-1\n\n",
            number % ROLES
        );
        text
    })
}
