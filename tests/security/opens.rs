//! A tour through all verbs, each file that is opened on the way written down by strace. Whatever names a
//! file of the user, of the environment or of a reply goes through a reader that does not wait for what is
//! no regular file; its sign is O_NONBLOCK.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use assume_role::testing::cli::help;

use crate::fake_aws::sso::Sso;
use crate::fake_aws::sts::{Certificate, Role, Sts, Trust, User};
use crate::keys;
use crate::scenes::{BASTION, PRODUCTION, Scene, bastion, binary};
use crate::sources::{boto3, console_sign_in, machine, saml, sso};
use crate::support::process::{self, Ran};
use crate::support::terminal::Terminal;
use crate::support::tools::find;
use crate::support::world::World;

/// What is opened by a plain path that the system alone names, and by whom.
const OF_THE_SYSTEM: [(&str, &str); 15] = [
    ("/etc/ld.so.", "the loader"),
    ("/lib", "the loader"),
    ("/usr/lib/", "the loader, and certificates of the system"),
    ("/proc/self/", "the kernel says what this process may: signals, memory"),
    ("/proc/sys/", "the kernel says what this machine may"),
    ("/proc/net/tcp", "who is on the other side of a loopback connection"),
    ("/proc/PID/", "the shell's name, children of a program that hangs"),
    ("/sys/", "whether this machine is an instance, and how many processors it has"),
    ("/dev/tty", "the terminal, which is waited for on purpose"),
    ("/dev/null", "the streams of programs"),
    ("/etc/ssl/", "certificates of the system"),
    ("/usr/share/ca-certificates/", "certificates of the system"),
    ("/etc/localtime", "the time on the wall"),
    ("/usr/share/zoneinfo/", "the time on the wall"),
    ("/etc/resolv.conf", "the resolver, with the next four"),
];
const OF_THE_RESOLVER: [&str; 4] =
    ["/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf"];

/// An open file, as strace shows it.
#[derive(Debug)]
struct Open {
    path: String,
    flags: Vec<String>,
}

impl Open {
    /// `openat(AT_FDCWD, "path", O_RDONLY|O_CLOEXEC) = 3`, and what its relatives look like.
    fn parse(call: &str) -> Option<Self> {
        let (name, rest) = call.split_once('(')?;
        if !matches!(name, "open" | "openat" | "openat2" | "creat") {
            return None;
        }
        let (path, rest) = rest.split_once('"')?.1.split_once('"')?;
        let flags: String =
            rest.chars().skip_while(|&c| c != 'O').take_while(|&c| !", )}".contains(c)).collect();
        Some(Self { path: path.to_owned(), flags: flags.split('|').map(str::to_owned).collect() })
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|known| known == flag)
    }

    /// Whether it cannot wait, and does not outlive an `execve`: it is a directory or nothing, a new file
    /// or nothing, or does not block.
    fn is_guarded(&self) -> bool {
        let cannot_wait =
            ["O_NONBLOCK", "O_DIRECTORY", "O_EXCL", "O_PATH"].iter().any(|flag| self.has(flag));
        cannot_wait && self.has("O_CLOEXEC")
    }

    fn is_of_the_system(&self) -> bool {
        let path = match self.path.strip_prefix("/proc/") {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => "/proc/PID/",
            _ => &self.path,
        };
        OF_THE_SYSTEM.iter().any(|(start, _)| path.starts_with(start))
            || OF_THE_RESOLVER.contains(&path)
    }
}

/// The files that the program opened in a log of `strace -f`, not those of the programs it started.
fn opens(log: &str) -> Vec<Open> {
    let lines = || log.lines().filter_map(|line| line.split_once(char::is_whitespace));
    let parents: BTreeMap<&str, &str> = lines()
        .filter(|(_, call)| call.contains("clone") || call.contains("fork"))
        .filter_map(|(parent, call)| Some((call.rsplit_once("= ")?.1, parent)))
        .collect();
    let mut others: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    let mut is_first = true;
    for (process, call) in lines() {
        let line_of_descent = std::iter::successors(Some(process), |pid| parents.get(pid).copied());
        let is_other = line_of_descent.take(50).any(|pid| others.contains(pid));
        let call = call.trim_start();
        if call.starts_with("execve(") && !std::mem::replace(&mut is_first, false) {
            others.insert(process);
        } else if !is_other {
            found.extend(Open::parse(call));
        }
    }
    found
}

fn log_of(world: &World) -> PathBuf {
    world.root().join("opens")
}

/// Where the tour has been, and what was opened in a way that it should not.
#[derive(Default)]
struct Tour {
    strace: PathBuf,
    verbs: BTreeSet<String>,
    guarded: usize,
    unguarded: BTreeSet<String>,
}

impl Tour {
    /// strace around the program; `command` is strace itself.
    fn traced(mut command: Command, world: &World, words: &[&str]) -> Command {
        command.args(["-f", "-qq", "-s", "4096", "-e"]);
        command.arg("trace=open,openat,?openat2,creat,execve,clone,?clone3,fork,vfork");
        command.arg("-o").args([log_of(world), world.program()]).args(words);
        command.env_clear().envs(world.environment()).current_dir(world.home());
        command
    }

    fn note(&mut self, words: &[&str], world: &World) {
        let is_word = |word: &&&str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        for words in [&words[..words.len().min(1)], &words[..words.len().min(2)]] {
            if words.iter().all(|word| is_word(&word)) {
                self.verbs.insert(words.join(" "));
            }
        }
        let opens = opens(&fs::read_to_string(log_of(world)).unwrap());
        assert!(!opens.is_empty(), "{words:?}: nothing was traced");
        for open in opens {
            if open.is_guarded() {
                self.guarded += 1;
            } else if !open.is_of_the_system() {
                self.unguarded.insert(format!("{words:?}: {open:?}"));
            }
        }
    }

    /// Runs the program with nothing on standard input and no terminal.
    fn stop(&mut self, scene: &Scene, words: &[&str]) -> Ran {
        self.stop_with(&scene.world, words, b"")
    }

    fn stop_with(&mut self, world: &World, words: &[&str], input: &[u8]) -> Ran {
        let command = Self::traced(process::detached(&self.strace), world, words);
        let ran = process::run(command, input).unwrap();
        self.note(words, world);
        ran
    }

    /// As [`Tour::stop`]; a verb that fails here has seen nothing.
    #[track_caller]
    fn visit(&mut self, scene: &Scene, words: &[&str]) {
        let ran = self.stop(scene, words);
        assert_eq!(ran.status, 0, "{words:?}: {ran:?}");
    }

    /// On a terminal, until a text shows; then a line is typed.
    fn talk(&mut self, scene: &Scene, words: &[&str], until: &str, line: &str) {
        let command = Self::traced(Command::new(&self.strace), &scene.world, words);
        let mut terminal = Terminal::start_captured(command).unwrap();
        terminal.wait_for(until).unwrap();
        terminal.type_line(line).unwrap();
        assert_eq!(terminal.wait().unwrap(), 0, "{words:?}: {}", terminal.text());
        self.note(words, &scene.world);
    }
}

/// Every verb, and what is below it.
fn verbs() -> BTreeSet<String> {
    let program = help::command(help::Length::Long);
    let below = |verb: &clap::Command| {
        let name = verb.get_name().to_owned();
        let inner = verb.get_subcommands().map(|inner| format!("{name} {}", inner.get_name()));
        let inner: Vec<String> = inner.filter(|words| !words.ends_with(" help")).collect();
        if inner.is_empty() { vec![name] } else { inner }
    };
    program.get_subcommands().flat_map(below).filter(|words| words != "help").collect()
}

/// A bastion with everything that a file can say.
fn furnished() -> Scene {
    let mut scene = bastion();
    let world = &scene.world;
    world.write("team.json", format!(r#"{{"theirs": "{PRODUCTION}"}}"#)).unwrap();
    world.write(".config/assume-role/config.toml", "duration = \"1h\"\n").unwrap();
    world.write("policy.json", r#"{"Version": "2012-10-17", "Statement": []}"#).unwrap();
    for file in [".bashrc", ".bash_profile", ".profile", ".zshrc", ".config/fish/config.fish"] {
        world.write(file, "source $(which assume-role)\n").unwrap();
    }
    world
        .config(&format!(
            "[profile chain]\nrole_arn = arn:aws:iam::{PRODUCTION}:role/read\nsource_profile = default\n"
        ))
        .unwrap();
    scene.world.set("SHELL", "/bin/bash");
    scene.world.set("ACCOUNTS_FILE", "~/.aws/accounts:~/team.json");
    scene
}

fn everyday(tour: &mut Tour) {
    let mut scene = furnished();
    let code = scene.code();
    tour.talk(&scene, &["export", "--shell", "bash", "production", "read"], "MFA code of", &code);
    for words in [
        "export --shell bash chain",
        "export --shell fish production read --policy policy.json --refresh",
        "production read",
        "exec production read -- true",
        "env production read --format dotenv",
        "credential-process production read",
        "ensure 45m",
        "status --json",
        "list --json",
        "explain production read --json",
        "leave",
        "clear",
        "profile add p production read",
        "profile add s production read --static",
        "profile list",
        "profile remove p",
        "accounts add extra 123456789012",
        "accounts remove extra",
        "accounts import aws-config --dry-run",
        "completions bash",
        "man",
        "help switch",
        "init bash",
        "init -",
        "logout production read",
        "logout --all",
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        tour.stop(&scene, &words);
    }
    // What is broken is found, and that is not what the tour is about.
    tour.stop(&scene, &["doctor", "--online"]);
    for tool in ["assume-role", "granted", "aws-vault", "awsume"] {
        tour.stop(&scene, &["accounts", "import", tool, "--dry-run"]);
    }
    let yaml = scene.world.write(".config/aws-sso/config.yaml", "SSOConfig: {}\n").unwrap();
    tour.stop(&scene, &["accounts", "import", "aws-sso-cli", yaml.to_str().unwrap(), "--dry-run"]);
    scene.world.set("AWS_ACCESS_KEY_ID", scene.key.id.clone());
    scene.world.set("AWS_SECRET_ACCESS_KEY", scene.key.secret.clone());
    tour.visit(&scene, &["status", "--verify"]);
    tour.stop(&scene, &["accounts", "sync", "--dry-run"]);
    scene.world.set("COMPLETE", "zsh");
    tour.visit(&scene, &["--", "assume-role", ""]);
}

/// Where credentials come from.
fn sources(tour: &mut Tour) {
    let center = Sso::start().unwrap();
    let (scene, names) = boto3::every_kind(&center);
    scene.switch_with_code(&["plain"]);
    for name in names {
        tour.visit(&scene, &["export", "--shell", "zsh", "--profile", name]);
    }
    let (scene, center) = sso::signed();
    center.assign(PRODUCTION, "Plain", scene.sts.issue(&Role::new(PRODUCTION, "first"), "alice"));
    center.take_away(PRODUCTION, "Read%2BOnly");
    center.name_account(PRODUCTION, "Production");
    for words in [
        &["login", "--device", "corp"][..],
        &["profile", "add", "--all", "--session", "corp"],
        &["logout", "corp"],
    ] {
        tour.visit(&scene, words);
    }
    let (scene, service) = console_sign_in::signed_in();
    console_sign_in::keep(&scene, &service.sign_in(1));
    tour.visit(&scene, &["export", "--shell", "bash", "first"]);
    let (scene, _machine) = machine::on_a_machine();
    for profile in ["first", "second"] {
        tour.visit(&scene, &["export", "--shell", "bash", profile]);
    }
    let (mut scene, _provider) = saml::with_login();
    let login = format!("username = luke\npassword = {}\n", saml::PASSWORD);
    let file = scene.world.write(".saml/credentials", login).unwrap();
    tour.stop(&scene, &["export", "--shell", "bash", "production", "read"]);
    scene.world.set("SAML_FILE", file);
    tour.stop(&scene, &["env", "production", "read"]);
    let response = scene.accepts(&saml::response(&["read"], saml::now(), saml::AUDIENCE));
    scene.world.write("response", response).unwrap();
    tour.visit(
        &scene,
        &[
            "export", "--shell", "bash", "production", "read", "--saml-response", "response",
            "--refresh",
        ],
    );
}

/// Keys in keyrings, the console, and certificates that the environment names.
fn the_rest(tour: &mut Tour) {
    let scene = keys::with_keyrings();
    let other = scene.sts.add_user(User::new(BASTION, "bob"));
    let printed = format!(
        r#"{{"Version": 1, "AccessKeyId": "{}", "SecretAccessKey": "{}"}}"#,
        other.id, other.secret
    );
    tour.visit(&scene, &["keys", "import", "default", "--keyring", "pass"]);
    tour.visit(&scene, &["keys", "list"]);
    tour.visit(&scene, &["keys", "export", "default"]);
    tour.stop_with(
        &scene.world,
        &["keys", "add", "other", "--keyring", "pass", "--stdin"],
        printed.as_bytes(),
    );
    tour.stop(&scene, &["keys", "remove", "default", "--yes"]);
    if verbs().contains("keys rotate") {
        tour.stop(&scene, &["keys", "rotate", "default"]);
    }
    tour.stop(&scene, &["console", "production", "read"]);
    for (variable, other) in
        [("AWS_CA_BUNDLE", "SSL_CERT_FILE"), ("SSL_CERT_FILE", "AWS_CA_BUNDLE")]
    {
        let sts = Sts::start_tls(Certificate::Good).unwrap();
        let key = sts.add_user(User::new(BASTION, "alice"));
        sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
        let mut world = World::with_sts(binary(), &sts).unwrap();
        world.base(&key).unwrap();
        let bundle = world.root().join("ca.pem");
        world.unset(other);
        world.set(variable, bundle);
        let scene = Scene { sts, world, key };
        tour.visit(&scene, &["export", "--shell", "bash", PRODUCTION, "read"]);
    }
}

#[test]
fn a_tour_of_all_verbs_opens_nothing_round_the_guarded_readers() {
    let Some(strace) = find("strace") else { return };
    let mut tour = Tour { strace, ..Tour::default() };
    everyday(&mut tour);
    sources(&mut tour);
    the_rest(&mut tour);
    let missed: Vec<String> = verbs().difference(&tour.verbs).cloned().collect();
    assert!(missed.is_empty(), "the tour leaves out {missed:?}");
    assert!(tour.guarded > 200, "{}", tour.guarded);
    assert!(tour.unguarded.is_empty(), "{:#?}", tour.unguarded);
}

#[test]
fn a_log_shows_what_was_opened_and_by_whom() {
    let log = "7 execve(\"/bin/assume-role\", [], 0x7) = 0\n\
               7 openat(AT_FDCWD, \"/h/config\", O_RDONLY|O_NOCTTY|O_NONBLOCK|O_CLOEXEC) = 3\n\
               7 clone3({flags=CLONE_VM}, 88) = 8\n\
               8 open(\"/h/plain\", O_RDONLY|O_CLOEXEC <unfinished ...>\n\
               7 vfork() = 9\n\
               9 execve(\"/bin/sh\", [], 0x7) = 0\n\
               9 fork() = 10\n\
               10 openat(AT_FDCWD, \"/h/theirs\", O_RDONLY) = 3\n\
               7 openat(4, \"new\", O_RDWR|O_CREAT|O_EXCL, 0600) = 5\n";
    let found: Vec<(String, bool)> =
        opens(log).iter().map(|open| (open.path.clone(), open.is_guarded())).collect();
    let expected = [("/h/config", true), ("/h/plain", false), ("new", false)];
    assert_eq!(found, expected.map(|(path, guarded)| (path.to_owned(), guarded)));
}
