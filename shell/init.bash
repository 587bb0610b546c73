# shellcheck shell=bash
# assume-role: the function that changes this shell. Load it with: eval "$(assume-role init bash)"

# A hyphen in the name of a function ends a shell in POSIX mode.
case ":${SHELLOPTS-}:" in
*:posix:*) ;;
*)
    # An alias of that name would win over the function.
    \builtin unalias 'assume-role' 2>/dev/null || \builtin true
    # With the keyword, since an alias would break the other form; self-contained, since snapshots of a shell drop
    # helpers and variables. COMPLETE= because a stray one would turn the call into a completion request.
    function assume-role {
        case "${1-}" in
        init | export | login | logout | -h | --help | -V | --version)
            COMPLETE='' \command __ASSUME_ROLE_EXE__ "$@"
            \builtin return
            ;;
        *) ;;
        esac
        # eval "$(assume-role …)" of old scripts: the code must reach that eval.
        if [[ ${BASH_SUBSHELL} -gt 0 && ! -t 1 ]]; then
            COMPLETE='' \command __ASSUME_ROLE_EXE__ "$@"
            \builtin return
        fi
        \builtin local __ar_code __ar_flags=$-
        # A trace would show the secrets; under -e, "builtin eval" that fails ends bash even where || follows.
        { \builtin set +ex; } 2>/dev/null
        __ar_code="$(COMPLETE='' \command __ASSUME_ROLE_EXE__ export --shell bash "$@")" &&
            \builtin eval "${__ar_code}"
        \builtin set -- "$?"
        case "${__ar_flags}" in *e*) \builtin set -e ;; *) ;; esac
        case "${__ar_flags}" in *x*) \builtin set -x ;; *) ;; esac
        \builtin return "$1"
    }
    ;;
esac
