# assume-role: the function that changes this shell. Load it with: eval "$(assume-role init zsh)"

# An alias of that name would win over the function. zsh parses this whole text before it runs any of it, so the
# keyword and the quotes are needed as well.
\builtin unalias 'assume-role' 2>/dev/null || \builtin true
# Self-contained, since snapshots of a shell drop helpers and variables. COMPLETE= because a stray one would turn the
# call into a completion request.
function 'assume-role'() {
    case "${1-}" in
        init|export|login|logout|-h|--help|-V|--version)
            COMPLETE='' \command __ASSUME_ROLE_EXE__ "$@"
            \builtin return
            ;;
    esac
    # eval "$(assume-role …)" of old scripts: the code must reach that eval.
    if [[ ${ZSH_SUBSHELL} -gt 0 && ! -t 1 ]]; then
        COMPLETE='' \command __ASSUME_ROLE_EXE__ "$@"
        \builtin return
    fi
    \builtin setopt local_options local_traps no_xtrace # a trace would show the secrets
    \builtin trap : INT # Ctrl-C at a question: zsh's own answer is status 2 in place of the program's 130
    \builtin local __ar_code
    __ar_code="$(COMPLETE='' \command __ASSUME_ROLE_EXE__ export --shell zsh "$@")" || \builtin return
    \builtin eval "${__ar_code}"
}
