# shellcheck shell=bash
# assume-role: the function that changes this shell. Load it with: eval "$(assume-role init bash)"

# A hyphen in the name of a function ends a shell in POSIX mode, which has the function and the alias of sh instead.
case ":${SHELLOPTS-}:" in
*:posix:*)
    \builtin eval "$(COMPLETE='' \command __ASSUME_ROLE_EXE__ init sh --prompt "${__assume_role_side:-auto}" --no-completions 2>/dev/null || \builtin true)"
    ;;
*)
    # An alias of that name would win over the function.
    \builtin unalias 'assume-role' 2>/dev/null || \builtin true
    # With the keyword, since an alias would break the other form; self-contained, since snapshots of a shell drop
    # helpers and variables.
    function assume-role {
        # Called in subshells only, which end with the program: there the settings of this shell count, exported or not.
        # COMPLETE= because a stray one would turn the call into a completion request.
        function __assume_role_call {
            # shellcheck disable=SC2034 # the program reads them
            \builtin export COMPLETE='' AWS_PROFILE_ASSUME_ROLE AWS_ROLE_SESSION_TIMEOUT AWS_USERNAME ACCOUNTS_FILE \
                AWS_ASSUME_ROLE_AUTH_SCHEME "${!SAML_@}" "${!ASSUME_ROLE_@}"
            \builtin exec __ASSUME_ROLE_EXE__ "$@"
        }
        case "${1-}" in
        init | export | exec | env | credential-process | status | list | explain | doctor | console | profile | keys | accounts | login | logout | completions | man | -h | --help | -V | --version)
            if [[ ${1} == doctor ]]; then
                # What only the shell knows, for this one call. The last one may span lines.
                # shellcheck disable=SC2034,SC2155 # the program reads it, and takes nothing for an answer
                \builtin local -x ASSUME_ROLE_SHELL_STATE="shell=bash ${BASH_VERSION}
flags=$- ${BASHOPTS-}
side=${__assume_role_side-}
hook=$(\builtin type -t __assume_role_hook)
completion=$(\builtin complete -p assume-role 2>/dev/null)
others=$(\builtin type -t assume-role-with-bastion)
$(\builtin alias assume awsume 2>/dev/null)
hooks=${PROMPT_COMMAND[*]-} ${precmd_functions[*]-}
prompt=${PS1-}"
            fi
            (__assume_role_call "$@")
            \builtin set -- "$?"
            \builtin unset -f __assume_role_call
            \builtin return "$1"
            ;;
        *) ;;
        esac
        # eval "$(assume-role …)" of old scripts: the code must reach that eval.
        if [[ ${BASH_SUBSHELL} -gt 0 && ! -t 1 ]]; then
            (__assume_role_call "$@")
            \builtin set -- "$?"
            \builtin unset -f __assume_role_call
            \builtin return "$1"
        fi
        # A new function does not trace: once functrace is off, no DEBUG trap sees what happens in it.
        function __assume_role_switch {
            \builtin local __ar_code
            __ar_code="$(__assume_role_call export --shell bash "$@")" || \builtin return
            # Ctrl-C between two commands of the code would leave half a switch.
            \builtin local __ar_trap
            __ar_trap="$(\builtin trap -p INT)"
            \builtin trap '' INT
            \builtin eval "${__ar_code}"
            \builtin set -- "$?"
            \builtin eval "\\builtin ${__ar_trap:-trap - INT}"
            \builtin return "$1"
        }
        \builtin local __ar_flags=$-
        # A trace would show the secrets; under -e, "builtin eval" that fails ends bash even where || follows.
        { \builtin set +exvT; } 2>/dev/null
        __assume_role_switch "$@"
        \builtin set -- "$?"
        \builtin unset -f __assume_role_switch __assume_role_call
        case "${__ar_flags}" in *e*) \builtin set -e ;; *) ;; esac
        case "${__ar_flags}" in *T*) \builtin set -T ;; *) ;; esac
        case "${__ar_flags}" in *v*) \builtin set -v ;; *) ;; esac
        case "${__ar_flags}" in *x*) \builtin set -x ;; *) ;; esac
        \builtin return "$1"
    }
    ;;
esac

# The prompt, in interactive shells only. No process, no file: arithmetic on variables that a switch exported.
if [[ $- == *i* ]]; then
    if [[ ${BASH_VERSINFO[0]} -ge 5 ]]; then
        function __assume_role_clock { __assume_role_now=${EPOCHSECONDS}; }
    elif [[ ${BASH_VERSINFO[0]} -eq 4 && ${BASH_VERSINFO[1]} -ge 2 ]]; then
        function __assume_role_clock { \builtin printf -v __assume_role_now '%(%s)T' -1; }
    else
        # One process for each shell, none for each prompt; SECONDS follows the wall clock.
        __assume_role_zero=$(($(\command date +%s) - SECONDS))
        function __assume_role_clock { __assume_role_now=$((__assume_role_zero + SECONDS)); }
    fi

    # Puts references into PS1, never values: what stands in a variable is not expanded again.
    function __assume_role_place_segment {
        case "${__assume_role_side:-auto}" in
        none) \builtin return 0 ;;
        auto)
            case "${PROMPT_COMMAND[*]-} ${precmd_functions[*]-}" in
            *starship* | *_omp_* | *_lp_*) \builtin return 0 ;;
            *) ;;
            esac
            ;;
        *) ;;
        esac
        case "${PS1-} ${PROMPT_COMMAND[*]-} ${precmd_functions[*]-}" in
        *ASSUME_ROLE_PROMPT* | *AWS_ACCOUNT_NAME* | *aws_account_info*) \builtin return 0 ;;
        *) ;;
        esac
        if ! \builtin shopt -q promptvars; then \builtin return 0; fi
        # A prompt that starts with an empty line keeps it.
        # shellcheck disable=SC2016
        case "${PS1-}" in
        '\n'*) PS1='\n\[${__assume_role_colour-}\]${__assume_role_shown-}\[${__assume_role_plain-}\]'"${PS1#'\n'}" ;;
        $'\n'*) PS1=$'\n''\[${__assume_role_colour-}\]${__assume_role_shown-}\[${__assume_role_plain-}\]'"${PS1#$'\n'}" ;;
        *) PS1='\[${__assume_role_colour-}\]${__assume_role_shown-}\[${__assume_role_plain-}\]'"${PS1-}" ;;
        esac
    }

    # Every character that is not shown as it is.
    __assume_role_unknown="[![:alnum:] _.@+=,:/()&'#*%-]"

    # On request: a session about to end is renewed, if that takes no question. bash has no hook before a command, so
    # the prompt does it, once for each end and state; a renewal shows from the next prompt on.
    function __assume_role_renew_once {
        case "${ASSUME_ROLE_PROMPT_STATE}:${ASSUME_ROLE_RENEWABLE-}" in
        *: | *:*[!0123456789]* | *:?????????????*) ;;
        warning:* | alarm:* | expired:*)
            \builtin local __assume_role_now
            __assume_role_clock
            if [[ $((10#${ASSUME_ROLE_RENEWABLE})) -gt ${__assume_role_now} &&
                ${__assume_role_renewed-} != "${ASSUME_ROLE_EXPIRES-}${ASSUME_ROLE_PROMPT_STATE}" ]]; then
                __assume_role_renewed="${ASSUME_ROLE_EXPIRES-}${ASSUME_ROLE_PROMPT_STATE}"
                assume-role ensure "${__assume_role_warning_below:-600}s" --no-input || \builtin true
            fi
            ;;
        *) ;;
        esac
    }

    # Sets ASSUME_ROLE_PROMPT and ASSUME_ROLE_PROMPT_STATE, and what PS1 refers to. Arithmetic on anything but digits can
    # run commands, and more than twelve could overflow; 10# is for a leading zero.
    # shellcheck disable=SC2034 # PS1 reads them
    function __assume_role_hook {
        \builtin local status=$? label time='' state='' left __assume_role_now
        if [[ $- == *x* ]]; then # a trace of every prompt would hide the user's own
            { \builtin set +x; } 2>/dev/null
            __assume_role_hook
            \builtin set -x
            \builtin return "${status}"
        fi
        if [[ -n ${ASSUME_ROLE_KEY_ID-} && ${ASSUME_ROLE_KEY_ID} == "${AWS_ACCESS_KEY_ID-}" && -z ${AWS_PROFILE-} ]]; then
            state=calm
            if [[ -n ${ASSUME_ROLE_PROTECTED-} ]]; then state=protected; fi
            case "${ASSUME_ROLE_EXPIRES-}" in
            '' | *[!0123456789]* | ?????????????*) ;;
            *)
                __assume_role_clock
                left=$((10#${ASSUME_ROLE_EXPIRES} - __assume_role_now))
                if [[ ${left} -ge 3600 ]]; then
                    time=$((left / 60 % 60 + 100)) time=" $((left / 3600))h${time:1}m"
                elif [[ ${left} -ge 60 ]]; then
                    time=" $((left / 60))m"
                elif [[ ${left} -gt 0 ]]; then
                    time=' <1m'
                else
                    time=' expired' state=expired
                fi
                if [[ ${left} -lt ${__assume_role_warning_below:-600} && ${left} -gt 0 ]]; then
                    if [[ ${left} -lt ${__assume_role_alarm_below:-120} ]]; then
                        state=alarm
                    else
                        state=warning
                    fi
                fi
                case "${ASSUME_ROLE_RENEWABLE-}" in
                '' | *[!0123456789]* | ?????????????*) ;;
                *)
                    if [[ ${left} -gt 0 && $((10#${ASSUME_ROLE_RENEWABLE})) -gt ${__assume_role_now} ]]; then
                        time+=${__assume_role_renewable_mark-'*'}
                    fi
                    ;;
                esac
                ;;
            esac
            label="${AWS_ACCOUNT_NAME:-?}:${AWS_ACCOUNT_ROLE:-?}"
            label=${label:0:64-${#time}}
            # shellcheck disable=SC2295 # a class of characters, not a string
            ASSUME_ROLE_PROMPT="${label//${__assume_role_unknown}/?}${time}"
        elif [[ -n ${ASSUME_ROLE_KEY_ID-}${AWS_ACCOUNT_NAME-} ]]; then
            ASSUME_ROLE_PROMPT='?' state=foreign
        else
            ASSUME_ROLE_PROMPT=''
        fi
        ASSUME_ROLE_PROMPT_STATE=${state}
        if [[ -n ${__assume_role_renew-} ]]; then __assume_role_renew_once; fi
        __assume_role_shown="${ASSUME_ROLE_PROMPT} " __assume_role_plain=$'\e[0m'
        case "${state}" in
        '') __assume_role_shown='' __assume_role_plain='' __assume_role_colour='' ;;
        calm) __assume_role_colour=$'\e[36m' ;;
        protected) __assume_role_colour=$'\e[35m' ;;
        warning) __assume_role_colour=$'\e[33m' ;;
        *) __assume_role_colour=$'\e[1;31m' ;;
        esac
        case "${PS1-}" in
        *__assume_role_shown*) ;;
        *) __assume_role_place_segment ;;
        esac
        \builtin return "${status}"
    }

    # Last, so that the hooks before us find their $? and PIPESTATUS. From 5.1 on as an element of an array, where bash
    # keeps both for the hooks after us too; never the first, which others read and write as if it were all.
    if [[ ${PROMPT_COMMAND[*]-} != *__assume_role_hook* ]]; then
        if [[ ${BASH_VERSINFO[0]} -gt 5 || (${BASH_VERSINFO[0]} -eq 5 && ${BASH_VERSINFO[1]} -ge 1) ]]; then
            if [[ -z ${PROMPT_COMMAND[*]-} ]]; then
                PROMPT_COMMAND[1]=__assume_role_hook
            else
                PROMPT_COMMAND+=(__assume_role_hook)
            fi
        else
            # shellcheck disable=SC2128,SC2178
            while [[ ${PROMPT_COMMAND-} == *[[:space:]\;] ]]; do PROMPT_COMMAND="${PROMPT_COMMAND%?}"; done
            # shellcheck disable=SC2128,SC2178
            PROMPT_COMMAND="${PROMPT_COMMAND:+${PROMPT_COMMAND};}__assume_role_hook"
        fi
    fi
fi
