# shellcheck shell=bash
# assume-role: TAB in bash, 3.2 and later.

if [[ $- == *i* ]]; then
    # The program gets the line as it is, splits it and quotes what it offers: nothing of a file is read by the shell.
    function _assume_role {
        \builtin local __ar_candidate
        COMPREPLY=()
        # A here-string: POSIX mode before 5.1 cannot even parse <(...).
        while IFS='' \builtin read -r __ar_candidate; do
            case "${__ar_candidate}" in
            '') ;;
            $'\t') \builtin compopt -o default 2>/dev/null || \builtin true ;; # a file, and bash knows those
            *) COMPREPLY+=("${__ar_candidate}") ;;
            esac
        done <<<"$(COMPLETE=bash \command __ASSUME_ROLE_EXE__ -- "${COMP_LINE:0:COMP_POINT}" "${COMP_WORDBREAKS-}" 2>/dev/null || \builtin true)"
    }
    # Before 4.4 there is no nosort.
    \builtin complete -o nosort -F _assume_role __ASSUME_ROLE_NAMES__ 2>/dev/null ||
        \builtin complete -F _assume_role __ASSUME_ROLE_NAMES__ 2>/dev/null || \builtin true
fi
