//! A session to switch to, and the ways in which shells evaluate what switches to it.

use std::path::Path;

use assume_role::testing::config::environment::Environment;
use assume_role::testing::shell::exports::{self, Form};
use assume_role::testing::shell::variables::Switch;
use assume_role::testing::shell::{Shell, quote, words as target};
use assume_role::testing::types::{AccountId, Credentials, Moment, Region, Secret};

use crate::scenes::real_shells::{Outcome, is_here, run, words};

pub const SECRET: &str = "SECRETsecret/+=0123456789";
pub const TOKEN: &str = "TOKENtoken/+=0123456789";

/// A session in the account of that name.
pub struct Session {
    pub keys: Credentials,
    pub account: AccountId,
    pub name: String,
    pub region: Option<Region>,
    pub environment: Environment,
}

impl Session {
    pub fn named(id: &str, name: &str) -> Self {
        let (secret, token) = (Secret::new(SECRET.to_owned()), Some(Secret::new(TOKEN.to_owned())));
        Self {
            keys: Credentials { id: id.to_owned(), secret, token },
            account: AccountId::parse("123456789012").unwrap(),
            name: name.to_owned(),
            region: Some(Region::parse("a test", "eu-west-1").unwrap()),
            environment: Environment::default(),
        }
    }

    fn started_with(mut self, variables: &[(&str, &str)]) -> Self {
        self.environment = Environment::from_pairs(variables.iter().copied());
        self
    }

    pub fn switch(&self) -> Switch<'_> {
        Switch {
            keys: &self.keys,
            account_id: &self.account,
            account_name: &self.name,
            role: "ops/read",
            region: self.region.as_ref(),
            region_is_ours: true,
            expires_aws: Some(Moment(1_795_305_600)),
            expires_local: Some(Moment(1_795_305_590)),
            renewable: Some(Moment(1_795_340_000)),
            target: target::encode_words(&[&self.name, "ops/read"]),
            previous: None,
            protected: false,
            read_only: false,
            bridge: false,
            legacy: None,
            environment: &self.environment,
        }
    }

    pub fn text(&self, form: Form) -> String {
        exports::switch(form, &self.switch()).expose().to_owned()
    }
}

/// What takes a switch back, for a caller in an empty environment.
pub fn leave(form: Form) -> String {
    exports::leave(form, &Environment::default(), false).text.expose().to_owned()
}

/// A shell, the form made for it, and how that shell evaluates a file.
pub struct Evaluation {
    pub shell: &'static [&'static str],
    pub form: Form,
    pub eval: &'static str,
}

pub const EVALUATIONS: [Evaluation; 21] = [
    Evaluation { shell: &["bash"], form: Form::function(Shell::Bash), eval: r#"eval "$(cat F)""# },
    Evaluation {
        shell: &["bash", "-eu", "-o", "pipefail"],
        form: Form::function(Shell::Bash),
        eval: r#"eval "$(cat F)""#,
    },
    Evaluation {
        shell: &["bash --posix", "-f"],
        form: Form::function(Shell::Bash),
        eval: r#"eval "$(cat F)""#,
    },
    Evaluation { shell: &["zsh"], form: Form::function(Shell::Zsh), eval: r#"eval "$(cat F)""# },
    Evaluation {
        shell: &["zsh", "-eu"],
        form: Form::function(Shell::Zsh),
        eval: r#"eval "$(cat F)""#,
    },
    Evaluation {
        shell: &[
            "zsh", "-o", "ksh_arrays", "-o", "sh_word_split", "-o", "warn_create_global", "-o",
            "rc_quotes",
        ],
        form: Form::function(Shell::Zsh),
        eval: r#"f() { eval "$(cat F)"; }; f"#,
    },
    Evaluation { shell: &["fish"], form: Form::function(Shell::Fish), eval: "eval (cat F)" },
    Evaluation { shell: &["dash", "-eu"], form: Form::Direct, eval: r#"eval "$(cat F)""# },
    Evaluation { shell: &["dash"], form: Form::Direct, eval: "eval $(cat F)" },
    Evaluation {
        shell: &["bash", "-eu", "-O", "nullglob", "-O", "extglob"],
        form: Form::Direct,
        eval: "eval $(cat F)",
    },
    Evaluation { shell: &["bash --posix"], form: Form::Direct, eval: r#"eval "$(cat F)""# },
    Evaluation { shell: &["zsh"], form: Form::Direct, eval: "eval $(cat F)" },
    Evaluation { shell: &["zsh", "-eu"], form: Form::Direct, eval: r#"eval "$(cat F)""# },
    Evaluation { shell: &["sh"], form: Form::Direct, eval: "eval $(cat F)" },
    Evaluation {
        shell: &["dash", "-eu"],
        form: Form::function(Shell::Sh),
        eval: r#"eval "$(cat F)""#,
    },
    Evaluation { shell: &["busybox"], form: Form::function(Shell::Sh), eval: r#"eval "$(cat F)""# },
    Evaluation {
        shell: &["ksh93", "-eu"],
        form: Form::function(Shell::Sh),
        eval: r#"eval "$(cat F)""#,
    },
    Evaluation { shell: &["mksh"], form: Form::function(Shell::Sh), eval: r#"eval "$(cat F)""# },
    Evaluation { shell: &["yash"], form: Form::function(Shell::Sh), eval: r#"eval "$(cat F)""# },
    Evaluation { shell: &["ksh93"], form: Form::Direct, eval: "eval $(cat F)" },
    Evaluation { shell: &["mksh"], form: Form::Direct, eval: "eval $(cat F)" },
];

impl Evaluation {
    pub fn is_fish(&self) -> bool {
        self.form == Form::function(Shell::Fish)
    }

    pub fn eval(&self, file: &str) -> String {
        format!("{}\n", self.eval.replace('F', file))
    }

    /// `NAME=value`, exported or not, in the shell's own words.
    pub fn set(&self, exported: bool, name: &str, value: &str) -> String {
        match (self.is_fish(), exported) {
            (true, true) => format!("set -gx {name} '{value}'\n"),
            (true, false) => format!("set -gu {name} '{value}'\n"),
            (false, true) => format!("export {name}='{value}'\n"),
            (false, false) => format!("{name}='{value}'\n"),
        }
    }

    /// `set -k`, where the shell has it: assignments anywhere in a command are no words of it.
    pub fn keyword(&self) -> &'static str {
        let has_it = ["bash", "bash --posix", "ksh93", "mksh"].contains(&self.shell[0]);
        if has_it { "set -k\n" } else { "" }
    }

    /// Runs `script` in a child of the same shell.
    pub fn in_a_child(&self, script: &str) -> String {
        let mut all = words(self.shell[0]);
        all.extend(&self.shell[1..]);
        let quoted = if self.is_fish() { quote::fish(script) } else { quote::sh(script) };
        format!("{} -c {quoted}\n", all.join(" "))
    }

    pub fn name(&self) -> String {
        format!("{:?} {}", self.shell, self.eval)
    }
}

/// Runs `body` in every evaluation, in a home with the files `first`, `second` (switches) and `leave`.
pub fn in_every_shell(body: impl Fn(&Evaluation) -> String, check: impl Fn(&Evaluation, &Outcome)) {
    for evaluation in &EVALUATIONS {
        if is_here(evaluation.shell[0]) {
            let home = tempfile::tempdir().unwrap();
            let exported = [("AWS_PROFILE", "old"), ("AWS_ACCESS_KEY_ID", "AKIAMINE")];
            let first = Session::named("ASIAFIRST", "R&D a*b (eu)").started_with(&exported);
            let second = Session { region: None, ..Session::named("ASIASECOND", "it's") };
            write(home.path(), "first", &first.text(evaluation.form));
            write(home.path(), "second", &second.text(evaluation.form));
            write(home.path(), "leave", &leave(evaluation.form));
            check(evaluation, &run(evaluation.shell, home.path(), &exported, &body(evaluation)));
        }
    }
}

pub fn write(home: &Path, name: &str, text: &str) {
    assert!(text.ends_with('\n') && text.matches('\n').count() == 1, "{name}: one line");
    std::fs::write(home.join(name), text).unwrap();
}
