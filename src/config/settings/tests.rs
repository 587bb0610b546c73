use super::*;

fn read(toml: &str, pairs: &[(&str, &str)]) -> Result<Settings> {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join(".config/assume-role");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("config.toml"), toml).unwrap();
    let home = ("HOME", home.path().to_str().unwrap());
    Settings::read(&Environment::from_pairs(pairs.iter().copied().chain([home])))
}

fn refusal(toml: &str, pairs: &[(&str, &str)]) -> String {
    let error = read(toml, pairs).unwrap_err();
    assert_eq!(error.kind, crate::error::Kind::Config);
    error.to_string()
}

#[test]
fn nothing_configured() {
    assert_eq!(Settings::read(&Environment::default()).unwrap(), Settings::default());
    assert_eq!(
        Settings::read(&Environment::from_pairs([("HOME", "/nonexistent")])).unwrap(),
        Settings::default()
    );
    assert_eq!(read("# nothing\n", &[]).unwrap(), Settings::default());
    assert!(!Settings::default().store.is_configured());
}

#[test]
fn every_key_of_the_file() {
    let settings = read(
        "store = 'runtime'\ntimeout = 10\nregion = 'eu-west-1'\nduration = '1h30m'\nbase = 'my profile'\n\
         prompt = 'right'\nwarning = '15m'\nalarm = '90s'\nrenewable_mark = ''\n",
        &[],
    )
    .unwrap();
    assert_eq!((settings.store.value, settings.timeout.value), (StoreKind::Runtime, 10));
    assert_eq!(settings.region.as_ref().unwrap().value.as_str(), "eu-west-1");
    assert_eq!(settings.base.as_ref().unwrap().value.as_str(), "my profile");
    assert_eq!(settings.duration.as_ref().unwrap().value, 5400);
    assert_eq!((settings.prompt.value, settings.warning.value), (PromptSide::Right, 900));
    assert_eq!((settings.alarm.value, settings.renewable_mark.value.as_str()), (90, ""));
    assert_eq!(settings.alarm.origin.to_string(), "~/.config/assume-role/config.toml:8");
    assert!(settings.store.is_configured());
}

#[test]
fn accounts_are_a_path_or_a_list_of_paths() {
    for (toml, value) in [
        ("accounts = '~/a'", "~/a"),
        ("accounts = '~/a:/b'", "~/a:/b"),
        ("accounts = ':/b'", ":/b"),
        ("accounts = ['~/a', '/b c']", "~/a:/b c"),
        ("accounts = ['', '/b']", ":/b"),
    ] {
        assert_eq!(read(toml, &[]).unwrap().accounts.unwrap().value, value, "{toml}");
    }
    for toml in ["accounts = 'a'", "accounts = ['~/a:/b']", "accounts = [1]", "accounts = '/a:b'"] {
        let refusal = refusal(toml, &[]);
        assert!(refusal.contains("config.toml:1: "), "{refusal}");
    }
}

#[test]
fn variables_win_over_the_file_and_short_ones_over_long_ones() {
    let file = "store = 'runtime'\nwarning = '5m'";
    for (pairs, store, origin) in [
        (&[][..], StoreKind::Runtime, "~/.config/assume-role/config.toml:1"),
        (&[("ASSUME_ROLE_CONFIG_STORE", "none")], StoreKind::None, "ASSUME_ROLE_CONFIG_STORE"),
        (
            &[("ASSUME_ROLE_CONFIG_STORE", "none"), ("ASSUME_ROLE_STORE", "file")],
            StoreKind::File,
            "ASSUME_ROLE_STORE",
        ),
        (&[("ASSUME_ROLE_STORE", "")], StoreKind::Runtime, "~/.config/assume-role/config.toml:1"),
    ] {
        let settings = read(file, pairs).unwrap();
        assert_eq!(
            (settings.store.value, settings.store.origin.to_string().as_str()),
            (store, origin)
        );
    }
    let settings =
        read(file, &[("ASSUME_ROLE_TIMEOUT", "20s"), ("ASSUME_ROLE_CONFIG_RENEWABLE_MARK", "+")])
            .unwrap();
    assert_eq!((settings.timeout.value, settings.warning.value), (20, 300));
    assert_eq!(settings.renewable_mark.value, "+");
}

#[test]
fn the_file_is_where_xdg_says_when_that_is_absolute() {
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::create_dir(elsewhere.path().join("assume-role")).unwrap();
    std::fs::write(elsewhere.path().join("assume-role/config.toml"), "timeout = 3").unwrap();
    let timeout = |xdg| read("timeout = 5", &[("XDG_CONFIG_HOME", xdg)]).unwrap().timeout.value;
    assert_eq!(timeout(elsewhere.path().to_str().unwrap()), 3);
    assert_eq!(timeout("relative"), 5);
}

#[test]
fn what_is_wrong_names_the_line_or_the_variable() {
    for (toml, shown) in [
        ("\nstore = ", "~/.config/assume-role/config.toml:2:9: this is not TOML: "),
        ("store = 'file'\nstore = 'none'", "config.toml:2:1: this is not TOML: duplicate key"),
        (
            "timeout = 5\nwarnign = '1m'",
            "config.toml:2: the setting 'warnign' is not known\nhint: did you mean warning?",
        ),
        ("colour = 'red'", "known settings: store, "),
        (
            "[prompt]\nside = 'left'",
            "config.toml:1: 'prompt' takes a string, not a value of type table",
        ),
        ("protected = true", "config.toml:1: the setting 'protected' is not known"),
        (
            "store = 'keyring'",
            "config.toml:1: store 'keyring' is not known\nhint: store is one of file, runtime, none",
        ),
        ("prompt = 'top'", "auto, left, right, none"),
        ("timeout = 0", "timeout 0 s is out of range"),
        ("timeout = '6m'", "config.toml:1: timeout 360 s is out of range"),
        ("timeout = 0x10", "'timeout' takes a string"),
        ("duration = '1m'", "config.toml:1: duration 1m is out of range"),
        ("warning = 'soon'", "from ~/.config/assume-role/config.toml:1 is not a duration"),
        ("region = 'x'", "from ~/.config/assume-role/config.toml:1 is not a region name"),
        ("base = 'a$b'", "config.toml:1: profile name"),
        ("renewable_mark = '$(x)'", "config.toml:1: renewable_mark"),
        ("renewable_mark = '*****'", "up to 4 printable characters"),
    ] {
        let error = refusal(toml, &[]);
        assert!(error.contains(shown), "{toml}: {error}");
    }
    assert!(
        refusal("", &[("ASSUME_ROLE_STORE", "x\x1b")])
            .contains("ASSUME_ROLE_STORE: store 'x\\x1b'")
    );
}

#[test]
fn commands_to_renew_before_are_plain_words() {
    let read =
        |text: &str| Settings::read(&Environment::from_pairs([("ASSUME_ROLE_CONFIG_RENEW", text)]));
    assert_eq!(read("aws  terraform").unwrap().renew.value, ["aws", "terraform"]);
    for wrong in ["aws;rm", "$(x)", "a|b", "a*"] {
        assert!(
            read(wrong).unwrap_err().message.contains("is not the name of a command"),
            "{wrong}"
        );
    }
}
