# assume-role: the function that changes this shell. Load it with: assume-role init fish | source

# Self-contained, since snapshots of a shell drop helpers and variables. COMPLETE= because a stray one would turn the
# call into a completion request.
function assume-role
    switch "$argv[1]"
        case init export login logout -h --help -V --version
            COMPLETE= command __ASSUME_ROLE_EXE__ $argv
            return
    end
    set -l fish_trace # a trace would show the secrets
    # A pipe, since a command substitution would not get our standard input.
    COMPLETE= command __ASSUME_ROLE_EXE__ export --shell fish $argv | read --local --null __ar_code
    set -l __ar_status $pipestatus[1]
    # eval (assume-role …): the code must reach that eval, and so must the status.
    if status is-command-substitution; and not test -t 1
        test $__ar_status -eq 0
        and printf '%s' $__ar_code
        or printf "command sh -c 'exit %s'\n" $__ar_status
        return $__ar_status
    end
    test $__ar_status -eq 0
    or return $__ar_status
    eval $__ar_code
end
