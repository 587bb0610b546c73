//! Where the files are: links, modes, owners, line ends, and two edits at once.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

use super::{process_section, profile, refused, text};
use crate::scenes::{Scene, bastion};

const ADD: [&str; 4] = ["add", "prod", "production", "read"];

fn mode(scene: &Scene, path: &str) -> u32 {
    fs::metadata(scene.world.home().join(path)).unwrap().mode() & 0o7777
}

#[test]
fn a_link_stays_a_link() {
    let scene = bastion();
    let (home, aws) = (scene.world.home(), scene.world.home().join(".aws"));
    let real = scene.world.write("dotfiles/config", "[default]\n").unwrap();
    symlink("../dotfiles/config", aws.join("between")).unwrap();
    symlink("between", aws.join("config")).unwrap();
    profile(&scene.world, &ADD);
    assert!(aws.join("config").is_symlink() && aws.join("between").is_symlink());
    let section = process_section(&scene.world, "prod", "-- production read");
    assert_eq!(fs::read_to_string(&real).unwrap(), format!("[default]\n\n{section}"));
    let names: Vec<_> = fs::read_dir(home.join("dotfiles"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["config"], "nothing is left beside it");
}

#[test]
fn a_link_to_nowhere_gets_its_file() {
    let scene = bastion();
    fs::create_dir(scene.world.home().join("dotfiles")).unwrap();
    symlink("../dotfiles/config", scene.world.home().join(".aws/config")).unwrap();
    profile(&scene.world, &ADD);
    assert_eq!(
        text(&scene.world, "dotfiles/config"),
        process_section(&scene.world, "prod", "-- production read")
    );
    assert!(scene.world.home().join(".aws/config").is_symlink());
    fs::remove_file(scene.world.home().join(".aws/config")).unwrap();
    symlink("config", scene.world.home().join(".aws/config")).unwrap();
    let said = refused(&scene, 3, &ADD);
    assert!(said.contains("~/.aws/config"), "{said}");
}

#[test]
fn modes_are_kept() {
    let scene = bastion();
    profile(&scene.world, &ADD);
    assert_eq!(mode(&scene, ".aws/config"), 0o600, "a new file");
    for bits in [0o644, 0o640, 0o600] {
        let config = scene.world.config("").unwrap();
        fs::set_permissions(&config, fs::Permissions::from_mode(bits)).unwrap();
        profile(&scene.world, &ADD);
        assert_eq!(mode(&scene, ".aws/config"), bits);
    }
}

#[test]
fn keys_are_their_owners_alone() {
    let scene = bastion();
    scene.switch_with_code(&["production", "read"]);
    let file = scene.world.home().join(".aws/credentials");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let ran = profile(&scene.world, &[&ADD[..], &["--static"]].concat());
    assert!(
        ran.stderr.contains("others could read ~/.aws/credentials (mode 0644); now only you can"),
        "{ran:?}"
    );
    assert_eq!(mode(&scene, ".aws/credentials"), 0o600);
    assert_eq!(mode(&scene, ".aws/credentials.assume-role-backup"), 0o600);
}

#[test]
fn a_home_without_the_directory_gets_one() {
    let mut scene = bastion();
    scene.world.set("AWS_CONFIG_FILE", scene.world.home().join("new/aws/config"));
    profile(&scene.world, &ADD);
    assert_eq!(mode(&scene, "new/aws"), 0o700);
    assert_eq!(mode(&scene, "new/aws/config"), 0o600);
    scene.world.set("AWS_CONFIG_FILE", "/dev/null");
    let said = refused(&scene, 3, &ADD);
    assert!(said.contains("/dev/null cannot be written to"), "{said}");
}

#[test]
fn a_read_only_file_is_not_replaced() {
    let scene = bastion();
    let config = scene.world.config("[default]\n").unwrap();
    fs::set_permissions(&config, fs::Permissions::from_mode(0o444)).unwrap();
    let said = refused(&scene, 9, &ADD);
    assert!(
        said.contains("~/.aws/config is read-only") && said.contains("chmod u+w ~/.aws/config"),
        "{said}"
    );
}

#[test]
fn an_owner_is_kept() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not done: only root can give a file away");
        return;
    }
    let scene = bastion();
    let config = scene.world.config("[default]\n").unwrap();
    chown(&config, Some(65534), Some(65534)).unwrap();
    profile(&scene.world, &ADD);
    let data = fs::metadata(&config).unwrap();
    assert_eq!((data.uid(), data.gid()), (65534, 65534));
}

#[test]
fn another_name_of_the_file_is_reported() {
    let scene = bastion();
    let config = scene.world.config("[default]\n").unwrap();
    fs::hard_link(&config, scene.world.home().join("other-name")).unwrap();
    let ran = profile(&scene.world, &ADD);
    assert!(ran.stderr.contains("~/.aws/config has 2 names"), "{ran:?}");
    assert_eq!(text(&scene.world, "other-name"), "[default]\n");
}

#[test]
fn line_ends_and_marks_stay() {
    let scene = bastion();
    let before =
        "\u{feff}; first\r\n[default]\r\nregion=eu-west-1\r\n[profile ünï]\r\n\tkey : value ; note";
    scene.world.config(before).unwrap();
    profile(&scene.world, &ADD);
    let with = text(&scene.world, ".aws/config");
    assert!(
        with.starts_with(before)
            && !with.replace("\r\n", "").contains('\n')
            && !with.ends_with('\n'),
        "{with:?}"
    );
    profile(&scene.world, &["remove", "prod"]);
    assert_eq!(text(&scene.world, ".aws/config"), before);
}

#[test]
fn edits_at_once_lose_nothing() {
    let scene = bastion();
    scene.world.config("[default]\n").unwrap();
    let names: Vec<String> = (0..12).map(|number| format!("p{number}")).collect();
    let children = names.iter().map(|name| {
        let mut command = scene.world.command(["profile", "add", name, "production", "read"]);
        command.spawn().unwrap()
    });
    for mut child in children.collect::<Vec<_>>() {
        assert!(child.wait().unwrap().success());
    }
    let config = text(&scene.world, ".aws/config");
    for name in &names {
        assert!(
            config.contains(&process_section(&scene.world, name, "-- production read")),
            "{name}: {config}"
        );
    }
}
