# assume-role: TAB in fish.

if status is-interactive
    # The shell matches and quotes; the program only says what there is.
    function __assume_role_candidates
        set -l words (commandline --current-process --tokenize --cut-at-cursor)
        set -l found (COMPLETE=fish command __ASSUME_ROLE_EXE__ -- $words (commandline --current-token --cut-at-cursor) 2>/dev/null)
        if test "$found" = \t # a file, and fish knows those
            __fish_complete_path (commandline --current-token --cut-at-cursor)
        else if test "$found" = \t-- # behind `exec … --` stands another command
            set -e words[1..(contains --index -- -- $words)]
            set -l current (commandline --current-token --cut-at-cursor)
            complete --do-complete (string join ' ' -- (string escape -- $words) "$current")
        else
            string join -- \n $found
        end
    end
    for name in __ASSUME_ROLE_NAMES__
        complete --erase --command $name
        complete --command $name --no-files --keep-order --arguments '(__assume_role_candidates)'
    end
end
