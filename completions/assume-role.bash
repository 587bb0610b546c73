# shellcheck shell=bash
# assume-role: TAB in bash, 3.2 and later.

if [[ $- == *i* ]]; then
    # The program gets the line as it is, splits it and quotes what it offers: nothing of a file is read by the shell.
    function _assume_role {
        \builtin local __ar_candidate
        COMPREPLY=()
        # ble.sh would quote once more what is quoted; its compopt is a function.
        if [[ -n ${BLE_ATTACHED-} ]]; then compopt -o ble/syntax-raw; fi
        # A here-string: POSIX mode before 5.1 cannot even parse <(...).
        while IFS='' \builtin read -r __ar_candidate; do
            case "${__ar_candidate}" in
            '') ;;
            $'\t') __assume_role_files ;;
            $'\t--') __assume_role_wrapped ;;
            *) COMPREPLY+=("${__ar_candidate}") ;;
            esac
        done <<<"$(COMPLETE=bash \command __ASSUME_ROLE_EXE__ -- "${COMP_LINE:0:COMP_POINT}" "${COMP_WORDBREAKS-}" 2>/dev/null || \builtin true)"
    }
    # Behind `exec … --` stands another command: bash-completion knows it; without that there are commands and files.
    function __assume_role_wrapped {
        \builtin local __ar_at __ar_offset __ar_candidate
        for ((__ar_at = 1; __ar_at < COMP_CWORD; __ar_at++)); do
            if [[ ${COMP_WORDS[__ar_at]} == -- ]]; then
                for __ar_offset in _comp_command_offset _command_offset; do
                    if \builtin declare -F "${__ar_offset}" >/dev/null; then
                        "${__ar_offset}" "$((__ar_at + 1))"
                        \builtin return
                    fi
                done
                if ((__ar_at + 1 == COMP_CWORD)); then
                    while IFS='' \builtin read -r __ar_candidate; do
                        if [[ -n ${__ar_candidate} ]]; then COMPREPLY+=("${__ar_candidate}"); fi
                    done <<<"$(\builtin compgen -c -- "${COMP_WORDS[COMP_CWORD]}" | \command sort -u)" # one for each place in PATH
                fi
                \builtin break
            fi
        done
        __assume_role_files
    }
    # bash knows files, but before 4.0 nothing asks it for them.
    function __assume_role_files {
        if \builtin compopt -o default 2>/dev/null; then \builtin return; fi
        \builtin local __ar_candidate __ar_home
        while IFS='' \builtin read -r __ar_candidate; do
            if [[ -d ${__ar_candidate/#\~\//${HOME-}/} ]]; then __ar_candidate+=/; fi
            # A tilde that is quoted is no home.
            case "${__ar_candidate}" in \~/*) __ar_home=\~/ ;; *) __ar_home='' ;; esac
            if [[ -n ${__ar_candidate} ]]; then
                COMPREPLY+=("${__ar_home}$(\builtin printf '%q' "${__ar_candidate#"${__ar_home}"}")")
            fi
        done <<<"$(\builtin compgen -f -- "${COMP_WORDS[COMP_CWORD]}")"
    }
    # Before 4.4 there is no nosort.
    \builtin complete -o nosort -F _assume_role __ASSUME_ROLE_NAMES__ 2>/dev/null ||
        \builtin complete -F _assume_role __ASSUME_ROLE_NAMES__ 2>/dev/null || \builtin true
fi
