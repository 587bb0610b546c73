//! Where the accounts files are: `ACCOUNTS_FILE`, or `~/.aws/accounts`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::config::environment::Environment;

const USUAL: &str = ".aws/accounts";

/// The user's own file, then those of a team; none without a home directory.
pub(super) fn of(environment: &Environment) -> Vec<PathBuf> {
    let home = environment.home();
    let usual = home.as_ref().map(|home| home.join(USUAL));
    let value = environment.raw("ACCOUNTS_FILE").unwrap_or_default();
    let is_one = !value.as_bytes().contains(&b':') || Path::new(value).is_file();
    if is_one {
        return environment.file("ACCOUNTS_FILE", USUAL).into_iter().collect();
    }
    let mut parts = value.as_bytes().split(|&byte| byte == b':').map(OsStr::from_bytes);
    // With nothing before the first `:`, edits must not go to a team's file.
    let own = parts.next().filter(|part| !part.is_empty());
    let expanded = |part: &OsStr| environment.expanded(PathBuf::from(part));
    let team = parts.filter(|part| !part.is_empty()).map(expanded);
    own.map(expanded).or(usual).into_iter().chain(team).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_split_at_colons() {
        for (value, paths) in [
            ("", &["/h/.aws/accounts"][..]),
            ("~/mine", &["/h/mine"]),
            ("mine", &["mine"]),
            ("/a:/b", &["/a", "/b"]),
            ("~/a:~/b c:d", &["/h/a", "/h/b c", "d"]),
            (":/team", &["/h/.aws/accounts", "/team"]),
            ("/a::/b:", &["/a", "/b"]),
            ("/a:", &["/a"]),
            (":", &["/h/.aws/accounts"]),
        ] {
            let environment = Environment::from_pairs([("HOME", "/h"), ("ACCOUNTS_FILE", value)]);
            assert_eq!(of(&environment), paths.iter().map(PathBuf::from).collect::<Vec<_>>());
        }
        assert!(of(&Environment::default()).is_empty());
    }

    #[test]
    fn a_file_whose_name_has_a_colon_is_one() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a:b");
        std::fs::write(&path, "{}").unwrap();
        let environment = Environment::from_pairs([("ACCOUNTS_FILE", &path)]);
        assert_eq!(of(&environment), [path]);
    }
}
