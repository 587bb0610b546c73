//! TAB and the verbs that look at everything, with few, many and very many names.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::measure::{Budget, Case, Prepare, Task};
use crate::references;
use crate::support::failure::Outcome;
use crate::support::world::World;

const ROLES: usize = 8;

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

pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for (sizes, paths, what, world) in [
        (ACCOUNTS, WITH_ACCOUNTS, "accounts with 8 roles", accounts as MakeWorld),
        (PROFILES, WITH_PROFILES, "profiles", profiles),
    ] {
        for (at, size) in sizes.into_iter().enumerate() {
            for (name, words, budgets) in paths {
                let budget = budgets.get(at).copied().unwrap_or(NONE);
                let version = ("`--version`", run(world, size, &["--version"]));
                let ours = run(world, size, words);
                let case = Case::new(format!("{name}, {size} {what}"), ours, version, budget);
                let case = if size == 20_000 { case.weighed() } else { case };
                // Counting the largest list takes a minute.
                let is_quick = size < 20_000 || words.first() == Some(&"TAB");
                let case = if is_quick { case.counted() } else { case };
                cases.push(Case { size: Some((name.to_owned(), size)), ..case });
            }
        }
    }
    let theirs: Prepare = Box::new(|program| {
        let world = profiles(program, 10_000)?;
        let awsume = references::find("awsume")?.with_file_name("awsume-autocomplete");
        Ok(Task::Command(Box::new(move || Ok(bare(&world, &awsume)))))
    });
    let ours = run(profiles, 10_000, &["TAB", "profile-00"]);
    let beside = (format!("{}'s", references::title("awsume")), theirs);
    cases.push(Case::new("TAB for a profile, 10000 profiles", ours, beside, NONE));
    cases
}

type MakeWorld = fn(&Path, usize) -> Outcome<World>;

fn accounts(program: &Path, size: usize) -> Outcome<World> {
    let world = with_keys(program)?;
    world.accounts(&accounts_file(size))?;
    world.write(".local/state/assume-role/history", history(size.min(500)))?;
    // The directory of the store has to be its owner's alone.
    let store = world.home().join(".local/state/assume-role");
    fs::set_permissions(store, fs::Permissions::from_mode(0o700))?;
    Ok(world)
}

fn profiles(program: &Path, size: usize) -> Outcome<World> {
    let world = with_keys(program)?;
    world.config(&config_file(size))?;
    Ok(world)
}

fn with_keys(program: &Path) -> Outcome<World> {
    let world = World::new(program)?;
    world.credentials(
        "[default]\naws_access_key_id = AKIA1234567890123456\naws_secret_access_key = example\n",
    )?;
    Ok(world)
}

fn run(world: MakeWorld, size: usize, words: &'static [&'static str]) -> Prepare {
    Box::new(move |program| {
        let world = world(program, size)?;
        Ok(Task::Command(Box::new(move || {
            let mut command = bare(&world, &world.program());
            match words {
                ["TAB", line @ ..] => {
                    command.env("COMPLETE", "zsh").args(["--", "assume-role"]).args(line)
                }
                words => command.args(words),
            };
            Ok(command)
        })))
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
