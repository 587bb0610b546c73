//! Where the accounts files are: `ACCOUNTS_FILE`, the setting `accounts`, or `~/.aws/accounts`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::config::environment::Environment;
use crate::config::settings::Setting;

pub(super) const VARIABLE: &str = "ACCOUNTS_FILE";
const USUAL: &str = ".aws/accounts";

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Paths {
    /// The user's own file; `None` where no file is named and there is no home directory.
    pub own: Option<PathBuf>,
    /// Those of a team, which are never written.
    pub team: Vec<PathBuf>,
}

pub(super) fn of(environment: &Environment, setting: Option<&Setting<String>>) -> Paths {
    let usual = environment.home().map(|home| home.join(USUAL));
    let set = || setting.map(|setting| OsStr::new(&setting.value));
    let value = environment.raw(VARIABLE).or_else(set).unwrap_or_default();
    let is_one = !value.as_bytes().contains(&b':') || environment.expanded(value.into()).is_file();
    let separators = if is_one { &[][..] } else { b":" };
    let parts = value.as_bytes().split(|byte| separators.contains(byte));
    let mut parts = parts.map(OsStr::from_bytes);
    // With nothing before the first `:`, edits must not go to a team's file.
    let own = parts.next().filter(|part| !part.is_empty());
    let expanded = |part: &OsStr| environment.expanded(PathBuf::from(part));
    let team = parts.filter(|part| !part.is_empty()).map(expanded);
    Paths { own: own.map(expanded).or(usual), team: team.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::settings::Origin;

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
            let mut paths = paths.iter().map(PathBuf::from);
            let paths = Paths { own: paths.next(), team: paths.collect() };
            assert_eq!(of(&environment, None), paths);
            let origin = Origin::Variable("a test".to_owned());
            let setting = Setting { value: value.to_owned(), origin };
            let environment = Environment::from_pairs([("HOME", "/h")]);
            assert_eq!(of(&environment, Some(&setting)), paths);
            let environment = Environment::from_pairs([("HOME", "/h"), ("ACCOUNTS_FILE", "/v")]);
            assert_eq!(of(&environment, Some(&setting)).own, Some(PathBuf::from("/v")));
        }
        assert_eq!(of(&Environment::default(), None), Paths { own: None, team: Vec::new() });
        // A team's file never takes the place of one that is not there.
        let environment = Environment::from_pairs([("ACCOUNTS_FILE", ":/team")]);
        let team = vec![PathBuf::from("/team")];
        assert_eq!(of(&environment, None), Paths { own: None, team });
    }

    #[test]
    fn a_file_whose_name_has_a_colon_is_one() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a:b");
        std::fs::write(&path, "{}").unwrap();
        let environment = Environment::from_pairs([("ACCOUNTS_FILE", &path)]);
        assert_eq!(of(&environment, None), Paths { own: Some(path), team: Vec::new() });
    }
}
