//! What is not ours to complete: files, and the command behind `exec … --`.

use assume_role::testing::shell::Shell as Known;
use assume_role::testing::shell::integration::InitOptions;

use super::in_shells::{Typist, compinit, everywhere};
use crate::scenes::real_shells::{is_here, run};
use crate::support::shells::Shell;
use crate::support::tools::find_file;

#[test]
fn a_file_is_the_shells_to_complete() {
    everywhere(|shell, world| {
        world.write("my policy.json", "{}").unwrap();
        let mut typist = Typist::in_shell(world, shell);
        // nushell puts no blank behind a file.
        let blank = if shell == Shell::Nu { " " } else { "" };
        assert_eq!(
            typist.words_of(&format!("--policy my⇥{blank}prod⇥")),
            "<--policy><my policy.json><production>",
            "{shell:?}"
        );
    });
}

#[test]
fn behind_the_dashes_of_exec_the_other_command_completes_itself() {
    let helper = "/usr/share/bash-completion/bash_completion";
    if find_file(helper).is_none() {
        return;
    }
    everywhere(|shell, world| {
        world.write("my file.txt", "").unwrap();
        // It puts no blank behind a word, and asks the completer of other programs for theirs.
        if shell == Shell::Nu {
            let load = shell.loads_init()
                + "$env.config.completions.external.completer = {|spans| [($spans | str join -)] }\n";
            let mut typist = Typist::new(world, shell, "", &load, "");
            let got = typist.words_of("exec production read -- mkfif⇥ sta⇥");
            assert_eq!(got, "<exec><production><read><--><mkfifo><mkfifo-sta>");
            return;
        }
        let before =
            if shell == Shell::Bash { format!(". {helper}") } else { compinit(shell).to_owned() };
        let mut typist = Typist::new(world, shell, &before, &shell.loads_init(), "");
        let got = typist.words_of("exec pro⇥re⇥-- cat my⇥");
        assert_eq!(got, "<exec><production><read><--><cat><my file.txt>", "{shell:?}");
        let got = typist.words_of("exec k:d⇥re⇥-- mkfif⇥my⇥");
        assert_eq!(got, "<exec><k:d:e><read><--><mkfifo><my file.txt>", "{shell:?}");
    });
}

#[test]
fn bash_without_its_helper_knows_commands_and_files() {
    everywhere(|shell, world| {
        if shell != Shell::Bash {
            return;
        }
        world.write("my file.txt", "").unwrap();
        // bash 3.2 has no compopt.
        for before in ["", "enable -n compopt"] {
            let mut typist = Typist::new(world, shell, before, &shell.loads_init(), "");
            let got = typist.words_of("exec production read -- mkfif⇥my⇥");
            assert_eq!(got, "<exec><production><read><--><mkfifo><my file.txt>", "{before}");
            let got = typist.words_of("--policy my⇥prod⇥");
            assert_eq!(got, "<--policy><my file.txt><production>", "{before}");
            let got = typist.words_of("--policy ~/my⇥prod⇥");
            let file = world.home().join("my file.txt");
            assert_eq!(got, format!("<--policy><{}><production>", file.display()), "{before}");
        }
    });
}

#[test]
fn a_command_that_stands_in_the_path_twice_is_offered_once() {
    if !is_here("bash") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let init = crate::prompt::init(Known::Bash, &InitOptions::default());
    let script = format!(
        "{init}PATH=/usr/bin:/bin:/usr/bin\nCOMP_WORDS=(assume-role exec -- mkfif) COMP_CWORD=3\n\
         __assume_role_wrapped\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
    );
    let outcome = run(&["bash", "-i"], home.path(), &[], &script);
    assert_eq!(outcome.out, "mkfifo\n", "{}", outcome.err);
}
