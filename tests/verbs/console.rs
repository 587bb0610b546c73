//! `console`: the address that signs in to the AWS console, what is asked for it, and who may see
//! it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::fake_aws::sign_in::{SignIn, TOKEN};
use crate::fake_aws::sts::form::decode;
use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::one_shell::OneShell;
use crate::scenes::{BASTION, PRODUCTION, Scene, with_user};
use crate::support::process::{self, Ran};

const READ: [&str; 2] = ["production", "read"];

fn scene() -> (Scene, SignIn) {
    let mut scene = with_user(User::new(BASTION, "alice"));
    scene
        .sts
        .add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)).max_session(43200));
    let sign_in = SignIn::start().unwrap();
    scene.world.set("AWS_ENDPOINT_URL_SIGNIN", sign_in.url());
    scene.world.set("NO_COLOR", "1");
    (scene, sign_in)
}

fn console(scene: &Scene, words: &[&str]) -> Ran {
    scene.world.run(["console"].iter().chain(words)).unwrap()
}

/// The address that was printed, alone on its line.
#[track_caller]
fn address(ran: &Ran) -> &str {
    assert_eq!(ran.status, 0, "{ran:?}");
    let line = ran.stdout.strip_suffix('\n').unwrap();
    assert!(!line.contains('\n'), "{line}");
    line
}

#[track_caller]
fn refused(scene: &Scene, status: i32, words: &[&str]) -> String {
    let ran = console(scene, words);
    assert_eq!((ran.status, ran.stdout.as_str()), (status, ""), "{ran:?}");
    ran.stderr
}

/// A parameter of an address, decoded.
fn parameter(address: &str, name: &str) -> String {
    let query = address.split_once('?').unwrap().1;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    decode(value.unwrap_or_else(|| panic!("{name} is not in {address}")))
}

#[test]
fn the_keys_travel_in_a_body_and_the_address_logs_out_first() {
    let (scene, sign_in) = scene();
    let ran = console(&scene, &[&READ[..], &["eu-west-1"]].concat());
    let logout = address(&ran);
    assert!(
        logout.starts_with(&format!("{}/oauth?Action=logout&redirect_uri=", sign_in.url())),
        "{logout}"
    );
    let login = parameter(logout, "redirect_uri");
    assert!(login.starts_with(&format!("{}/federation?Action=login&", sign_in.url())), "{login}");
    assert_eq!(parameter(&login, "SigninToken"), TOKEN);
    assert_eq!(
        parameter(&login, "Destination"),
        "https://console.aws.amazon.com/console/home?region=eu-west-1"
    );
    let [asked] = sign_in.received().try_into().unwrap();
    assert_eq!((asked.line.as_str(), asked.length), ("POST /federation?", None));
    let keys = scene.switch(&[&READ[..], &["eu-west-1"]].concat()).keys();
    assert_eq!(asked.keys, [keys.id, keys.secret.clone(), keys.token.clone().unwrap()]);
    assert!(
        ran.stderr.contains("production:read in the console for 59m")
            || ran.stderr.contains("for 1h"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("works for 15m"), "{ran:?}");
    for secret in [TOKEN, &keys.secret, &keys.token.unwrap()] {
        assert!(!ran.stderr.contains(secret), "{ran:?}");
    }
}

#[test]
fn a_page_and_no_log_out() {
    let mut scene = with_user(User::new(BASTION, "alice").partition("aws-us-gov"));
    let trust = Trust::arn(&format!("arn:aws-us-gov:iam::{BASTION}:user/alice"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").partition("aws-us-gov").trusts(trust));
    scene
        .world
        .accounts(&format!(r#"{{"gov": {{"id": "{PRODUCTION}", "partition": "aws-us-gov"}}}}"#))
        .unwrap();
    let sign_in = SignIn::start().unwrap();
    scene.world.set("AWS_ENDPOINT_URL_SIGNIN", sign_in.url());
    for (service, page) in [
        ("s3", "s3/home?region=us-gov-west-1"),
        ("Lambda", "lambda/home?region=us-gov-west-1"),
        ("ebs", "ec2/home?region=us-gov-west-1#Volumes:"),
    ] {
        let ran =
            console(&scene, &["gov", "read", "us-gov-west-1", "--no-logout", "--service", service]);
        let destination = parameter(address(&ran), "Destination");
        assert_eq!(destination, format!("https://console.amazonaws-us-gov.com/{page}"));
    }
}

#[test]
fn only_a_session_that_is_surely_not_chained_says_how_long() {
    let (scene, sign_in) = scene();
    address(&console(&scene, &[&READ[..], &["--duration", "4h"]].concat()));
    assert_eq!(sign_in.received().last().unwrap().length.as_deref(), Some("14400"));
    sign_in.take_no_length();
    address(&console(&scene, &[&READ[..], &["--duration", "4h"]].concat()));
    let lengths: Vec<_> = sign_in.received().into_iter().map(|asked| asked.length).collect();
    assert_eq!(lengths, [Some("14400".to_owned()), Some("14400".to_owned()), None]);
}

#[test]
fn what_the_service_says_instead_of_a_token() {
    let (scene, sign_in) = scene();
    for (status, body, code, told) in [
        (400, "<html>no</html>", 4, "AWS refused to sign this session in to the console"),
        (403, "", 4, "HTTP 403"),
        (503, "<html>\u{1b}[31m</html>", 6, "sent no sign-in token (HTTP 503)"),
        (302, "", 6, "HTTP 302"),
        (200, "<html>", 6, "malformed reply"),
        (200, r#"{"SigninToken": "a\u001b[31m"}"#, 6, "malformed reply"),
    ] {
        sign_in.answer(status, body);
        let said = refused(&scene, code, &READ);
        assert!(said.contains(told) && !said.contains('\u{1b}'), "{said}");
    }
}

#[test]
fn no_answer_from_the_service_and_no_terminal_for_the_code() {
    let (mut scene, sign_in) = scene();
    scene.world.set("AWS_ENDPOINT_URL_SIGNIN", "http://127.0.0.1:1");
    assert!(refused(&scene, 6, &READ).contains("cannot reach http://127.0.0.1:1"));
    scene.world.set("AWS_ENDPOINT_URL_SIGNIN", "http://198.51.100.1");
    let said = refused(&scene, 8, &READ);
    assert!(said.contains("AWS_ENDPOINT_URL_SIGNIN") && said.contains("plain http"), "{said}");
    scene.world.set("AWS_ENDPOINT_URL_SIGNIN", format!("{}/", sign_in.url()));
    assert!(console(&scene, &READ).stderr.contains("(AWS_ENDPOINT_URL_SIGNIN)"));
}

#[test]
fn a_user_without_a_role_is_refused() {
    let (scene, sign_in) = scene();
    scene.world.config("[profile me]\nregion = eu-west-1\nsource_profile = default\n").unwrap();
    let said = refused(&scene, 3, &["--profile", "default"]);
    assert!(said.contains("the console needs a role; default is an IAM user's profile"), "{said}");
    assert!(sign_in.received().is_empty());
}

#[test]
fn a_service_that_is_not_known_comes_with_those_that_are() {
    let (scene, _) = scene();
    let said = refused(&scene, 2, &[&READ[..], &["--service", "dynamo"]].concat());
    assert!(said.contains("hint: did you mean dynamodb?"), "{said}");
    let said = refused(&scene, 2, &[&READ[..], &["--service", "zzzz"]].concat());
    assert!(said.contains("hint: one of acm, "), "{said}");
    assert_eq!(scene.sts.connections(), 0);
}

#[test]
fn the_guard_of_protected_accounts_holds_here_too() {
    let (scene, sign_in) = scene();
    scene
        .world
        .accounts(&format!(r#"{{"production": {{"id": "{PRODUCTION}", "protected": true}}}}"#))
        .unwrap();
    let said = refused(&scene, 8, &READ);
    assert!(said.contains("assume-role console production read --yes"), "{said}");
    assert_eq!((scene.sts.connections(), sign_in.received().len()), (0, 0));
    address(&console(&scene, &["production", "read", "--yes"]));
}

#[test]
fn without_a_target_it_is_the_role_of_this_shell() {
    let (scene, sign_in) = scene();
    assert!(refused(&scene, 2, &[]).contains("which account and role?"));
    let mut shell = OneShell::new(&scene);
    shell.succeeds(&READ);
    let mut command = scene.world.command(["console", "--service", "s3"]);
    command.envs(&shell.variables);
    address(&process::run(command, b"").unwrap());
    assert_eq!(sign_in.received().last().unwrap().keys[0], shell.key());
}

/// Puts what opens a browser on the PATH: it keeps its arguments, then runs `script`.
fn browser(scene: &mut Scene, script: &str) {
    for opener in ["xdg-open", "open"] {
        let path = scene.world.bin().join(opener);
        std::fs::write(
            &path,
            format!("#!/bin/bash\nprintf '%s\\n' \"$@\" >\"$HOME/arguments\"\n{script}\n"),
        )
        .unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    scene.world.set("DISPLAY", ":0");
}

/// A browser of few words: it opens a connection that it does not use, asks for something that is
/// not there, then for the page.
const VISIT: &str = r#"
rest=${1#http://127.0.0.1:} port=${rest%%/*} path=/${rest#*/}
exec 9<>"/dev/tcp/127.0.0.1/$port"
visit() {
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n' "$1" >&3
    cat <&3
}
visit /favicon.ico >"$HOME/elsewhere"
visit "$path" >"$HOME/answer.new"
mv "$HOME/answer.new" "$HOME/answer""#;

const CONTAINER: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];

/// `console production read --open` on a desktop; in a container, with the traces of one hidden from
/// it.
fn opening(scene: &Scene) -> Ran {
    let words = ["console", "production", "read", "--open"];
    if !CONTAINER.iter().any(|mark| Path::new(mark).exists()) {
        return scene.world.run(words).unwrap();
    }
    let mut command = scene.world.command_of("strace");
    command.args([
        "-f", "-qq", "-o", "/dev/null", "-e", "trace=%file", "-e", "inject=%file:error=ENOENT",
    ]);
    command
        .args(CONTAINER.iter().flat_map(|mark| ["-P", mark]))
        .arg(scene.world.program())
        .args(words);
    process::run(command, b"").unwrap()
}

#[test]
fn the_browser_is_redirected_and_no_argument_holds_the_token() {
    let (mut scene, _sign_in) = scene();
    browser(&mut scene, VISIT);
    let ran = opening(&scene);
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{ran:?}");
    let read = |name: &str| std::fs::read_to_string(scene.world.home().join(name)).unwrap();
    let argument = read("arguments");
    assert!(
        argument.starts_with("http://127.0.0.1:") && argument.lines().count() == 1,
        "{argument}"
    );
    assert!(read("elsewhere").starts_with("HTTP/1.1 404"));
    let deadline = std::time::Instant::now() + process::PATIENCE;
    while !scene.world.home().join("answer").exists() && std::time::Instant::now() < deadline {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let answer = read("answer");
    assert!(
        answer.starts_with("HTTP/1.1 303") && answer.contains("Cache-Control: no-store"),
        "{answer}"
    );
    let location = answer.lines().find_map(|line| line.strip_prefix("Location: ")).unwrap();
    let login = parameter(location, "redirect_uri");
    assert_eq!(parameter(&login, "SigninToken"), TOKEN);
    assert!(!ran.stderr.contains(TOKEN) && !ran.stderr.contains("127.0.0.1:/"), "{ran:?}");
}

#[test]
fn no_browser_is_opened_without_a_desktop() {
    let (mut scene, sign_in) = scene();
    browser(&mut scene, VISIT);
    let words = [&READ[..], &["--open"]].concat();
    let said = refused(&scene, 5, &[&words[..], &["--no-input"]].concat());
    assert!(
        said.contains("--no-input forbids")
            && said.contains("without --open the address is printed"),
        "{said}"
    );
    for (variable, value) in [("SSH_CONNECTION", "x"), ("CI", "true"), ("DISPLAY", "")] {
        scene.world.set(variable, value);
        refused(&scene, 5, &words);
        scene.world.unset(variable);
    }
    assert!(!scene.world.home().join("arguments").exists());
    assert_eq!((scene.sts.connections(), sign_in.received().len()), (0, 0));
}

#[test]
fn a_browser_that_fails_is_reported() {
    let (mut scene, _sign_in) = scene();
    browser(&mut scene, "exit 3");
    let ran = opening(&scene);
    assert_eq!((ran.status, ran.stdout.as_str()), (9, ""), "{ran:?}");
    assert!(
        ran.stderr.contains("the browser could not be opened") && ran.stderr.contains("status: 3"),
        "{ran:?}"
    );
}

/// A browser of the user's own, by name.
fn own_browser(scene: &Scene) {
    let path = scene.world.bin().join("my-browser");
    let script = format!(
        "#!/bin/bash\nprintf '%s\\n' \"$@\" >\"$HOME/arguments\"\n\
         for word; do case $word in *http://127.0.0.1:*) set -- \"http://127.0.0.1:${{word##*http://127.0.0.1:}}\";; esac; done\n{VISIT}\n"
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn the_setting_names_the_browser_and_keeps_accounts_apart() {
    for (recipe, expected) in recipes() {
        let (mut scene, _sign_in) = scene();
        own_browser(&scene);
        let (_, arguments) = recipe.split_once(' ').unwrap();
        scene.world.set("ASSUME_ROLE_CONFIG_BROWSER", format!("my-browser {arguments}"));
        // The browser of the system is not asked, and no screen is looked for.
        let ran = opening(&scene);
        assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{recipe}: {ran:?}");
        let given = std::fs::read_to_string(scene.world.home().join("arguments")).unwrap();
        for word in expected {
            assert!(given.lines().any(|line| line.starts_with(word)), "{recipe}: {given}");
        }
    }
}

/// The recipes of the page, each with the beginning of an argument that it has to lead to.
fn recipes() -> Vec<(String, Vec<&'static str>)> {
    let page = include_str!("../../docs/console.md");
    let recipe = |line: &str| {
        let command = line.split_once("| `browser = \"")?.1.strip_suffix("\"` |")?;
        Some(command.replace("\\\"", "\""))
    };
    let recipes: Vec<String> = page.lines().filter_map(recipe).collect();
    assert!(recipes.len() >= 4, "{recipes:?}");
    let expected = |recipe: &str| match recipe {
        recipe if recipe.contains("ext+container:name=%n") => {
            vec!["ext+container:name=production%3Aread&url=http://127.0.0.1:"]
        }
        recipe if recipe.contains("ext+container:") => {
            vec!["ext+container:name=production&url=http://127.0.0.1:"]
        }
        recipe if recipe.contains("--profile-directory=%a") => {
            vec!["--profile-directory=production", "http://127.0.0.1:"]
        }
        recipe if recipe.contains("-P %a") => vec!["production", "http://127.0.0.1:"],
        _ => vec!["http://127.0.0.1:"],
    };
    recipes.into_iter().map(|recipe| (recipe.clone(), expected(&recipe))).collect()
}

#[test]
fn the_variable_names_it_where_no_setting_does() {
    let (mut scene, _sign_in) = scene();
    own_browser(&scene);
    scene.world.set("DISPLAY", ":0");
    scene.world.set("BROWSER", "my-browser:other");
    let ran = opening(&scene);
    assert_eq!(ran.status, 0, "{ran:?}");
    scene.world.set("BROWSER", "no-such-browser");
    let ran = opening(&scene);
    assert_eq!(ran.status, 9, "{ran:?}");
    assert!(ran.stderr.contains("named by BROWSER"), "{ran:?}");
}

#[test]
fn the_setting_and_its_options_say_whether_the_browser_is_signed_out_first() {
    let (mut scene, sign_in) = scene();
    let logs_out = |scene: &Scene, more: &[&str]| {
        let ran = console(scene, &[&READ[..], more].concat());
        address(&ran).starts_with(&format!("{}/oauth?Action=logout", sign_in.url()))
    };
    assert!(logs_out(&scene, &[]));
    scene.world.write(".config/assume-role/config.toml", "console_logout = false\n").unwrap();
    assert!(!logs_out(&scene, &[]));
    assert!(logs_out(&scene, &["--logout"]));
    scene.world.set("ASSUME_ROLE_CONFIG_CONSOLE_LOGOUT", "yes");
    assert!(logs_out(&scene, &[]));
    assert!(!logs_out(&scene, &["--no-logout"]));
}
