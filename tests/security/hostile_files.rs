//! What may stand in the place of a file.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;

use rustix::fs::{CWD, FileType, mknodat};

use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::{BASTION, PRODUCTION, Scene, with_user};
use crate::support::process;
use crate::support::snapshot::snapshot;

/// The user of no file here.
const ANOTHER_USER: u32 = 65534;
const READ: [&str; 2] = ["production", "read"];

fn plain() -> Scene {
    let scene = with_user(User::new(BASTION, "alice"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
    scene
}

fn accounts_of(scene: &Scene) -> PathBuf {
    scene.world.home().join(".aws/accounts")
}

#[test]
fn h042_other_encodings_are_named() {
    let scene = plain();
    let utf16: Vec<u8> = "\u{FEFF}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(accounts_of(&scene), utf16).unwrap();
    assert!(scene.refused_at_once(3, &READ).contains("~/.aws/accounts is UTF-16"));
    fs::write(accounts_of(&scene), b"{\n\"a\xff\": 1}").unwrap();
    assert!(scene.refused_at_once(3, &READ).contains("~/.aws/accounts:2"));
}

#[test]
fn h048_a_path_that_is_not_a_regular_file_is_refused_without_waiting() {
    let mut scene = plain();
    let root = scene.world.root().to_owned();
    mknodat(CWD, root.join("fifo"), FileType::Fifo, 0o600.into(), 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap();
    fs::create_dir(root.join("directory")).unwrap();
    symlink(root.join("fifo"), root.join("link")).unwrap();
    let huge = fs::File::create(root.join("huge")).unwrap();
    huge.set_len(53 << 20).unwrap();
    for name in ["fifo", "socket", "directory", "link", "huge", "/dev/zero", "/dev/tty"] {
        for variable in ["ACCOUNTS_FILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
            scene.world.set(variable, root.join(name));
            let said = scene.refused(3, &READ);
            assert!(said.contains(name), "{name}: {said}");
            scene.world.unset(variable);
        }
    }
    scene.switch(&READ);
}

#[test]
fn h049_a_file_that_cannot_be_read_is_named() {
    let scene = plain();
    let (root, accounts) = (scene.world.root(), accounts_of(&scene));
    let is_root = rustix::process::geteuid().is_root();
    let program = root.join("program");
    fs::copy(scene.world.program(), &program).unwrap();
    let refusal = || {
        let mut command = scene.world.command_of(&program);
        command.args(["export", "--shell", "bash", "production", "read"]);
        if is_root {
            command.uid(ANOTHER_USER).gid(ANOTHER_USER);
        }
        let ran = process::run(command, b"").unwrap();
        assert_eq!((ran.status, ran.stdout.as_str()), (3, ""), "{ran:?}");
        ran.stderr
    };
    fs::set_permissions(&accounts, Permissions::from_mode(0o0)).unwrap();
    if is_root {
        for path in [root, &scene.world.home(), &scene.world.home().join(".aws"), &accounts] {
            chown(path, Some(ANOTHER_USER), Some(ANOTHER_USER)).unwrap();
        }
    }
    assert!(refusal().contains("chmod u+r ~/.aws/accounts"), "{}", refusal());
    if is_root {
        chown(&accounts, Some(0), Some(0)).unwrap();
        let said = refusal();
        assert!(said.contains("belongs to user 0") && !said.contains("chmod"), "{said}");
    }
}

#[test]
fn h050_without_an_accounts_file_ids_still_work() {
    let scene = plain();
    fs::remove_file(accounts_of(&scene)).unwrap();
    scene.switch(&[PRODUCTION, "read"]);
    scene.refused(3, &READ);
}

#[test]
fn h051_twenty_thousand_accounts_are_no_matter() {
    let scene = plain();
    let entries: Vec<String> =
        (0..20_000).map(|number| format!("\"account {number}\": \"{number:012}\"")).collect();
    scene
        .world
        .accounts(&format!("{{{}, \"production\": \"{PRODUCTION}\"}}", entries.join(",\n")))
        .unwrap();
    scene.switch(&READ);
    assert!(scene.refused_at_once(3, &["account 2000x", "read"]).contains("did you mean"));
}

#[test]
fn h060_a_line_without_end_harms_its_own_section_only() {
    let scene = plain();
    let long = "x".repeat(10 << 20);
    scene
        .world
        .config(&format!("[profile other]\nkey = {long}\n[default]\nregion = eu-west-1\n"))
        .unwrap();
    assert_eq!(scene.switch(&READ).get("AWS_REGION"), Some("eu-west-1"));
    scene.world.config(&format!("[default]\nkey = {long}\n")).unwrap();
    assert!(scene.refused_at_once(3, &READ).contains("~/.aws/config:2: this line is longer"));
}

#[test]
fn h064_damaged_store_entries_cost_one_call_at_most() {
    let scene = plain();
    scene.switch(&READ);
    let store = scene.world.home().join(".local/state/assume-role");
    let names: Vec<PathBuf> =
        fs::read_dir(&store).unwrap().map(|entry| entry.unwrap().path()).collect();
    let damages: [&[u8]; 5] = [b"", b"{", b"\0\xff\xfe", b"{\"version\":99}", b"null"];
    for damage in damages {
        for name in &names {
            fs::write(name, damage).unwrap();
        }
        let told = scene.switch(&READ);
        assert!(scene.who(&told).ends_with("/alice"));
    }
}

#[test]
fn h065_an_entry_of_another_role_is_not_taken() {
    let scene = plain();
    scene.sts.add_role(Role::new(PRODUCTION, "admin").trusts(Trust::account(BASTION)));
    scene.switch(&READ);
    let store = scene.world.home().join(".local/state/assume-role");
    let role_file = || -> Vec<PathBuf> {
        let paths = fs::read_dir(&store).unwrap().map(|entry| entry.unwrap().path());
        paths
            .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("role-"))
            .collect()
    };
    let of_read = role_file().pop().unwrap();
    scene.switch(&["production", "admin"]);
    let of_admin = role_file().into_iter().find(|path| *path != of_read).unwrap();
    fs::copy(&of_read, &of_admin).unwrap();
    let told = scene.switch(&["production", "admin"]);
    assert_eq!(told.get("AWS_ACCOUNT_ROLE"), Some("admin"));
    assert!(scene.who(&told).contains("assumed-role/admin/"));
}

#[test]
fn h068_nothing_of_ours_is_in_the_directory_for_everyone() {
    let mut scene = plain();
    let shared = scene.world.root().join("tmp");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, Permissions::from_mode(0o1777)).unwrap();
    // What another user may have put there, to be written through or waited at.
    let victim = scene.world.write("victim", "as it was").unwrap();
    for name in [".assume-role", "assume-role", "assume-role-0", ".assume-role-lock", "base-0"] {
        symlink(&victim, shared.join(name)).unwrap();
        mknodat(CWD, shared.join(format!("{name}.new")), FileType::Fifo, 0o666.into(), 0).unwrap();
    }
    for entry in fs::read_dir(&shared).unwrap() {
        // As root the planted ones are another user's; else they are links of one's own.
        let _ = std::os::unix::fs::lchown(entry.unwrap().path(), Some(65534), None);
    }
    let planted = snapshot(&shared).unwrap();
    scene.world.set("TMPDIR", &shared);
    scene.switch(&READ);
    scene.refused(4, &["production", "no-such"]);
    assert_eq!(scene.world.run(["profile", "add", "p", "production", "read"]).unwrap().status, 0);
    assert_eq!(scene.world.run(["logout", "--all"]).unwrap().status, 0);
    assert_eq!(snapshot(&shared).unwrap(), planted);
    assert_eq!(fs::read_to_string(victim).unwrap(), "as it was");
}

/// Where upper and lower case are one name to the file system, two entries stay two.
#[test]
fn h113_names_in_the_store_do_not_differ_by_case_alone() {
    let scene = plain();
    scene
        .world
        .accounts(&format!(r#"{{"prod": "{PRODUCTION}", "PROD": "{PRODUCTION}"}}"#))
        .unwrap();
    for account in ["prod", "PROD", PRODUCTION] {
        scene.switch(&[account, "read", "--session-name", account]);
    }
    let names = scene.stored_sessions();
    let folded: std::collections::BTreeSet<String> =
        names.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!((folded.len(), names.len()), (3, 3), "{names:?}");
}
