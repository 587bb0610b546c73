//! `list`: the table that people read and the JSON that programs read.

use std::process::Command;

use crate::scenes::binary;
use crate::support::world::World;

fn world() -> World {
    let world = World::new(binary()).unwrap();
    world
        .accounts(
            r#"{
    "production": {"id": "111111111111", "roles": ["read", "admin"], "default_role": "read", "region": "eu-west-1", "protected": true},
    "prod": "111111111111",
    "R and D": {"id": "222222222222", "read_only": true},
    "bad": 7
}"#,
        )
        .unwrap();
    world
        .config(
            "[profile chain]\nrole_arn = arn:aws:iam::333333333333:role/ops/deploy\nsource_profile = default\n\
             [profile sso]\nsso_account_id = 111111111111\nsso_role_name = Admin\n",
        )
        .unwrap();
    world
        .credentials(
            "[default]\naws_access_key_id = AKIA1234567890123456\naws_secret_access_key = x\n",
        )
        .unwrap();
    world
}

#[test]
fn a_table_for_people() {
    let ran = world().run(["list"]).unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(
        ran.stdout,
        "ACCOUNT       ROLE        REGION     ID            SOURCE\n\
         production    read        eu-west-1  111111111111  protected, default, ~/.aws/accounts:2:5, also prod\n\
         production    Admin       eu-west-1  111111111111  protected, SSO profile sso, also prod\n\
         production    admin       eu-west-1  111111111111  protected, ~/.aws/accounts:2:5, also prod\n\
         prod          Admin                  111111111111  protected, SSO profile sso, also production\n\
         prod          admin                  111111111111  protected, ~/.aws/accounts:2:5, also production\n\
         prod          read                   111111111111  protected, ~/.aws/accounts:2:5, also production\n\
         R and D                              222222222222  read-only\n\
         333333333333  ops/deploy             333333333333  profile chain\n"
    );
    assert!(
        ran.stderr.contains("~/.aws/accounts:5") && ran.stderr.lines().count() == 1,
        "{}",
        ran.stderr
    );
}

#[test]
fn json_for_programs() {
    let ran = world().run(["list", "--json"]).unwrap();
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let first = &json["accounts"][0];
    assert_eq!((&first["account"], &first["id"]), (&"production".into(), &"111111111111".into()));
    assert_eq!(first["names"], serde_json::json!(["production", "prod"]));
    assert_eq!(first["roles"][0]["role"], "read");
    assert_eq!(first["roles"][0]["default"], true);
    assert_eq!(first["roles"][1]["sources"][0]["profile"], "sso");
    assert!(first["last_used"].is_null());
    let profiles = json["profiles"].as_array().unwrap();
    let kinds: Vec<_> = profiles.iter().map(|profile| profile["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["role", "sso", "keys"]);
    assert_eq!(profiles[0]["source_profile"], "default");
    assert_eq!(json["problems"].as_array().unwrap().len(), 1);
    assert!(!ran.stdout.contains("AKIA"));
}

#[test]
fn it_fits_the_terminal_and_its_colours() {
    let world = world();
    for (columns, extra) in
        [(80, ""), (50, ""), (20, ""), (50, "--color never"), (50, "--color always")]
    {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            &format!("stty cols {columns}; assume-role list {extra} 2>/dev/null; echo done"),
        ]);
        let mut terminal = world.terminal_of(command).unwrap();
        terminal.wait_for("done").unwrap();
        let text = terminal.text();
        assert_eq!(text.contains('\u{1b}'), extra != "--color never", "{columns} {extra}: {text}");
        for line in terminal.screen().lines().filter(|line| !line.contains("done")) {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
        assert!(terminal.screen().contains("read"), "{columns}: {}", terminal.screen());
    }
    let piped = world.run(["list", "--color", "always"]).unwrap();
    assert!(piped.stdout.contains("\u{1b}["));
    assert!(!world.run(["list"]).unwrap().stdout.contains('\u{1b}'));
}

#[test]
fn nothing_known_is_said() {
    let world = World::new(binary()).unwrap();
    let ran = world.run(["list"]).unwrap();
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""));
    assert!(ran.stderr.contains("~/.aws/accounts"), "{}", ran.stderr);
    let json = world.run(["list", "--json"]).unwrap().stdout;
    assert_eq!(json, "{\"accounts\":[],\"problems\":[],\"profiles\":[]}\n");
}
