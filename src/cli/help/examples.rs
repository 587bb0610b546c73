//! Examples: lines that can be typed as they stand.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    pub line: &'static str,
    /// What it does; empty where the line says it.
    pub says: &'static str,
}

const fn line(line: &'static str, says: &'static str) -> Example {
    Example { line, says }
}

/// The examples of a verb, by the words that lead to it; of the program itself by none.
pub fn examples_of(path: &str) -> &'static [Example] {
    EXAMPLES.iter().find(|(verb, _)| *verb == path).map_or(&[], |(_, examples)| examples)
}

const EXAMPLES: [(&str, &[Example]); 33] = [
    (
        "",
        &[
            line("eval \"$(assume-role init zsh)\"", "load it: this line in ~/.zshrc"),
            line("assume-role production read", "this shell becomes production:read"),
            line("assume-role production read 123456", "the same, with the MFA code at hand"),
            line("assume-role production admin eu-west-1", "another role, in another region"),
            line("assume-role -", "back to the role before"),
            line("assume-role leave", "back to what was before all of them"),
        ],
    ),
    (
        "init",
        &[
            line("eval \"$(assume-role init zsh)\"", "in ~/.zshrc; bash likewise"),
            line("assume-role init fish | source", "in ~/.config/fish/config.fish"),
            line("eval \"$(assume-role init bash --cmd ar)\"", "also as ar"),
        ],
    ),
    (
        "export",
        &[line("assume-role export --format json production read", "for a shell of your own")],
    ),
    ("leave", &[line("assume-role leave", "this shell is as it was before the first switch")]),
    (
        "ensure",
        &[line("assume-role ensure 45m && terraform apply", "renews first when less is left")],
    ),
    (
        "exec",
        &[
            line("assume-role exec production read -- aws s3 ls", ""),
            line("assume-role exec production read --min 45m -- terraform plan", ""),
            line("assume-role exec --profile-as prod=production:read -- terraform plan", ""),
        ],
    ),
    (
        "env",
        &[
            line("assume-role env production read --format dotenv > .env", ""),
            line("assume-role env production read --format env-no-export > app.env", ""),
        ],
    ),
    (
        "credential-process",
        &[line(
            "credential_process = assume-role credential-process production read",
            "a line of ~/.aws/config",
        )],
    ),
    (
        "status",
        &[
            line("assume-role status", "who this shell is"),
            line("assume-role status --json", "for a script"),
        ],
    ),
    ("list", &[line("assume-role list", ""), line("assume-role list --json | jq .", "")]),
    (
        "explain",
        &[line("assume-role explain production read", "which line of which file decides what")],
    ),
    (
        "doctor",
        &[
            line("assume-role doctor", "what is wrong here, and what to do"),
            line("assume-role doctor --online", "AWS is asked too"),
        ],
    ),
    (
        "console",
        &[
            line("assume-role console production read --open", "in the browser"),
            line("assume-role console production read --service s3", "the address, printed"),
            line("assume-role console --open", "as the role of this shell"),
        ],
    ),
    (
        "profile",
        &[line("assume-role profile add prod production read", "then: aws --profile prod s3 ls")],
    ),
    (
        "profile add",
        &[
            line("assume-role profile add prod production read", ""),
            line(
                "assume-role profile add prod production read --static",
                "for programs that only read keys",
            ),
            line("assume-role profile add --all --session corp --dry-run", "what a sign-on gives"),
        ],
    ),
    ("profile remove", &[line("assume-role profile remove prod", "")]),
    ("profile list", &[line("assume-role profile list", "")]),
    ("keys", &[line("assume-role keys import default", "out of ~/.aws/credentials")]),
    (
        "keys import",
        &[
            line("assume-role keys import default --dry-run", "what would change"),
            line("assume-role keys import default --keyring pass", ""),
        ],
    ),
    (
        "keys add",
        &[
            line("assume-role keys add work", "asks for id and secret"),
            line("assume-role keys add work --env", "takes AWS_ACCESS_KEY_ID and its secret"),
        ],
    ),
    (
        "keys rotate",
        &[
            line("assume-role keys rotate default", "with one MFA code"),
            line("assume-role keys rotate default --undo", "back to it"),
        ],
    ),
    ("keys list", &[line("assume-role keys list", "where each key lies")]),
    (
        "keys export",
        &[line("assume-role keys export default --write", "back into ~/.aws/credentials")],
    ),
    ("keys remove", &[line("assume-role keys remove work", "")]),
    ("accounts", &[line("assume-role accounts add production 123456789012 --role read", "")]),
    ("accounts add", &[line("assume-role accounts add production 123456789012 --role read", "")]),
    ("accounts remove", &[line("assume-role accounts remove production --dry-run", "")]),
    (
        "accounts import",
        &[line("assume-role accounts import aws-config --dry-run", "what would be taken over")],
    ),
    (
        "accounts sync",
        &[line("assume-role accounts sync --dry-run", "what AWS knows and the file does not")],
    ),
    (
        "login",
        &[
            line("assume-role login corp", "signs on to [sso-session corp]"),
            line(
                "assume-role login me --remote",
                "signs in to the console, for a profile with login_session",
            ),
            line("assume-role login corp --device", "by a code, with any machine's browser"),
        ],
    ),
    (
        "logout",
        &[
            line("assume-role logout production read", ""),
            line("assume-role logout corp", "signs off from [sso-session corp]"),
            line("assume-role logout --all", "forgets all sessions"),
        ],
    ),
    ("completions", &[line("assume-role completions fish > assume-role.fish", "")]),
    (
        "man",
        &[
            line("assume-role man > assume-role.1", ""),
            line("assume-role man | man -l -", "to read it now"),
        ],
    ),
];
