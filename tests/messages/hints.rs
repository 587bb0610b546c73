//! What [`crate::support::hints`] accepts as a hint that works; it reads those of every test.

use crate::support::hints::works;

#[test]
fn commands_are_read_as_a_shell_and_the_program_read_them() {
    for hint in [
        "try again",
        "chmod 700 /tmp/assume-role-x",
        "assume-role leave",
        "assume-role ACCOUNT ROLE [MFA_CODE] [REGION]",
        "known roles: assume-role list",
        "if you mean it: assume-role 'the shop' read --yes",
        "if you mean it: assume-role exec 'ROLE' read --yes -- terraform plan",
        "eval \"$(assume-role init bash)\"",
        "into a file: (umask 077; assume-role env production read > keys)",
    ] {
        assert_eq!(works(hint), Ok(()), "{hint}");
    }
    for hint in [
        "assume-role list shows what is known",
        "assume-role ACCOUNT read",
        "again: assume-role login <NAME>",
        "assume-role exec production read --yes -- …",
        "assume-role production read --no-such-option",
        "assume-role $(pwd) read",
        "eval \"$(assume-role init bash)",
        "assume-role it's read",
    ] {
        assert!(works(hint).is_err(), "{hint}");
    }
}
