# shellcheck shell=sh
# assume-role: the function that changes this shell: dash, busybox, ksh93, mksh or yash. Load it with:
# eval "$(assume-role init sh)"

# A hyphen in the name of a function is for mksh alone; the alias below brings the usual name.
assume_role() {
    # Called in subshells only, which end with the program: there the settings of this shell count, exported or not.
    # COMPLETE= because a stray one would turn the call into a completion request.
    __assume_role_call() {
        IFS='
'
        # shellcheck disable=SC2046,SC2034 # names, one a line; the program reads them
        \export COMPLETE='' AWS_PROFILE_ASSUME_ROLE AWS_ROLE_SESSION_TIMEOUT AWS_USERNAME ACCOUNTS_FILE \
            AWS_ASSUME_ROLE_AUTH_SCHEME $(\set | LC_ALL=C \command sed -n \
                -e 's/^\(SAML_[A-Za-z0-9_]*\)=.*/\1/p' -e 's/^\(ASSUME_ROLE_[A-Za-z0-9_]*\)=.*/\1/p')
        \exec __ASSUME_ROLE_EXE__ "$@"
    }
    case "${1-}" in
    init | export | exec | env | credential-process | status | list | explain | doctor | console | profile | keys | accounts | login | logout | completions | man | -h | --help | -V | --version)
        if [ "$1" = doctor ]; then # what only the shell knows, for this one call; the last may span lines
            # shellcheck disable=SC2034 # the program reads it
            # What draws no prompt says nothing about it.
            ASSUME_ROLE_SHELL_STATE="shell=${__assume_role_shell:-sh}
flags=$-
side=${__assume_role_side-}${__assume_role_shell:+
prompt=${PS1-}}"
        fi
        (__assume_role_call "$@")
        \set -- "$?"
        \unset -v ASSUME_ROLE_SHELL_STATE
        \unset -f __assume_role_call
        \return "$1"
        ;;
    *) ;;
    esac
    # eval "$(assume-role ...)" of old scripts: the code must reach that eval. ksh93 has subshells without a process.
    if [ ! -t 1 ]; then
        if [ -n "${__assume_role_is_ksh93-}" ]; then
            \eval '__assume_role_name=${.sh.subshell}'
        else
            __assume_role_name=$$
            # The caller's IFS could cut the number up. What is none would end the shell, or be code.
            { IFS=' ' \read -r __assume_role_name __assume_role_value </proc/self/stat; } 2>/dev/null || \true
            case "${__assume_role_name}" in '' | *[!0123456789]*) __assume_role_name=$$ ;; *) ;; esac
            __assume_role_name=$((__assume_role_name - $$))
        fi
        if [ "${__assume_role_name}" != 0 ]; then __assume_role_call "$@"; fi
    fi
    __assume_role_flags=$-
    # A trace would show the secrets; -e would end the shell with the program, and -a export what is kept.
    { \set +aevx; } 2>/dev/null
    # Ctrl-C at a question is for the program, and Ctrl-Z for none. The two ksh would go on at once, with a status of
    # their own, and forget what stands here; the others wait for the end.
    case "${__assume_role_shell}" in
    *ksh*)
        \eval '__assume_role_traps=${ \trap; }'
        __assume_role_interrupted=''
        \trap '__assume_role_interrupted=yes' INT
        \trap '' TSTP
        ;;
    *) ;;
    esac
    __assume_role_code="$(__assume_role_call export --shell sh "$@")"
    \set -- "$?"
    # Ctrl-C between two commands of the code would leave half a switch. dash and busybox never say which traps there
    # are, so they keep them, and yash stops whatever the trap is.
    case "${__assume_role_shell:-${BASH_VERSION:+bash}}" in
    *ksh*)
        if [ -n "${__assume_role_interrupted}" ] && [ -z "${__assume_role_code}" ]; then \set -- 130; fi
        \trap '' INT
        ;;
    bash)
        # shellcheck disable=SC3049 # no signal, but an option of bash
        __assume_role_traps="$(\command trap -p INT TSTP)"
        \trap '' INT
        ;;
    *) ;;
    esac
    if [ "$1" = 0 ]; then
        \eval "${__assume_role_code}"
        \set -- "$?"
    fi
    case "${__assume_role_shell:-${BASH_VERSION:+bash}}" in
    *ksh* | bash)
        \trap - INT TSTP
        # shellcheck disable=SC2154 # what eval has set
        \eval "${__assume_role_traps}"
        ;;
    *) ;;
    esac
    \unset -v __assume_role_code __assume_role_traps
    \unset -f __assume_role_call
    case "${__assume_role_flags}" in *a*) \set -a ;; *) ;; esac
    case "${__assume_role_flags}" in *e*) \set -e ;; *) ;; esac
    case "${__assume_role_flags}" in *v*) \set -v ;; *) ;; esac
    case "${__assume_role_flags}" in *x*) \set -x ;; *) ;; esac
    \return "$1"
}

# The names of versions may come from the environment of another shell: what only that shell can read decides.
__assume_role_reads() { (\eval "$1") >/dev/null 2>&1; }
__assume_role_is_ksh93='' __assume_role_shell=''
# shellcheck disable=SC2016 # read by eval
case "${KSH_VERSION-}${YASH_VERSION-}" in
'') ;;
*)
    if __assume_role_reads '[ -n "${.sh.version}" ]'; then
        __assume_role_shell="ksh93 ${KSH_VERSION##*/}" __assume_role_is_ksh93=yes
    elif __assume_role_reads '[ "${|REPLY=yes;}" = yes ]'; then
        __assume_role_shell="mksh ${KSH_VERSION##*KSH R}"
    elif __assume_role_reads '__assume_role_value=(a b); [ "${__assume_role_value[2]}" = b ]'; then
        __assume_role_shell="yash ${YASH_VERSION-}"
    fi
    ;;
esac
\unset -f __assume_role_reads

case $- in
*i*)
    \alias assume-role=assume_role

    # A number without its leading zeros, which would make it octal; nothing where it is none.
    # Arithmetic on anything but digits can run commands.
    __assume_role_digits() {
        case "${1}" in
        '' | *[!0123456789]* | ?????????????*) __assume_role_value='' ;;
        *)
            __assume_role_value=${1#"${1%%[!0]*}"}
            __assume_role_value=${__assume_role_value:-0}
            ;;
        esac
    }

    # Every character that is not shown as it is.
    __assume_role_unknown="[![:alnum:] _.@+=,:/()&'#*%-]"

    # Sets ASSUME_ROLE_PROMPT and ASSUME_ROLE_PROMPT_STATE. $1: the time, empty where the shell has no clock.
    # No process, no file: arithmetic on variables that a switch exported.
    # shellcheck disable=SC2034 # PS1 and its author read them
    __assume_role_look() {
        ASSUME_ROLE_PROMPT='' ASSUME_ROLE_PROMPT_STATE=''
        if [ -z "${ASSUME_ROLE_KEY_ID-}${AWS_ACCOUNT_NAME-}" ]; then return 0; fi
        if [ -z "${ASSUME_ROLE_KEY_ID-}" ] || [ -n "${AWS_PROFILE-}" ] ||
            [ "x${ASSUME_ROLE_KEY_ID}" != "x${AWS_ACCESS_KEY_ID-}" ]; then
            ASSUME_ROLE_PROMPT='?' ASSUME_ROLE_PROMPT_STATE=foreign
            return 0
        fi
        ASSUME_ROLE_PROMPT_STATE=calm __assume_role_time=''
        if [ -n "${ASSUME_ROLE_PROTECTED-}" ]; then ASSUME_ROLE_PROMPT_STATE=protected; fi
        # The clock is a variable in some shells, which others can set.
        __assume_role_digits "$1"
        \set -- "${__assume_role_value}"
        __assume_role_digits "${ASSUME_ROLE_EXPIRES-}"
        if [ -n "${1}" ] && [ -n "${__assume_role_value}" ]; then
            __assume_role_left=$((__assume_role_value - $1))
            if [ "${__assume_role_left}" -ge 3600 ]; then
                __assume_role_time=$((__assume_role_left / 60 % 60 + 100))
                __assume_role_time=" $((__assume_role_left / 3600))h${__assume_role_time#1}m"
            elif [ "${__assume_role_left}" -ge 60 ]; then
                __assume_role_time=" $((__assume_role_left / 60))m"
            elif [ "${__assume_role_left}" -gt 0 ]; then
                __assume_role_time=' <1m'
            else
                __assume_role_time=' expired' ASSUME_ROLE_PROMPT_STATE=expired
            fi
            if [ "${__assume_role_left}" -gt 0 ]; then
                if [ "${__assume_role_left}" -lt "${__assume_role_warning_below:-600}" ]; then
                    if [ "${__assume_role_left}" -lt "${__assume_role_alarm_below:-120}" ]; then
                        ASSUME_ROLE_PROMPT_STATE=alarm
                    else
                        ASSUME_ROLE_PROMPT_STATE=warning
                    fi
                fi
                __assume_role_digits "${ASSUME_ROLE_RENEWABLE-}"
                if [ "${__assume_role_value:-0}" -gt "$1" ]; then
                    __assume_role_time="${__assume_role_time}${__assume_role_renewable_mark-*}"
                fi
            fi
        fi
        # Character by character only where there is something to replace, since POSIX has no ${x//}.
        __assume_role_label="${AWS_ACCOUNT_NAME:-?}:${AWS_ACCOUNT_ROLE:-?}"
        case "${__assume_role_label}" in
        *${__assume_role_unknown}*)
            __assume_role_value=${__assume_role_label} __assume_role_label=''
            while [ -n "${__assume_role_value}" ] && [ "${#__assume_role_label}" -lt 64 ]; do
                __assume_role_rest=${__assume_role_value#?}
                __assume_role_one=${__assume_role_value%"${__assume_role_rest}"}
                # shellcheck disable=SC2254 # it is a pattern
                case "${__assume_role_one}" in
                ${__assume_role_unknown}) __assume_role_one='?' ;;
                *) ;;
                esac
                __assume_role_label="${__assume_role_label}${__assume_role_one}"
                __assume_role_value=${__assume_role_rest}
            done
            ;;
        *) ;;
        esac
        while [ "$((${#__assume_role_label} + ${#__assume_role_time}))" -gt 64 ]; do
            __assume_role_label=${__assume_role_label%?}
        done
        ASSUME_ROLE_PROMPT="${__assume_role_label}${__assume_role_time}"
    }

    # Where no hook runs before a prompt (dash, busybox), what is true now takes a process:
    # PS1='$(assume_role_prompt)'"$PS1"
    assume_role_prompt() {
        # EPOCHSECONDS of busybox is anyone's variable in the other shells.
        __assume_role_look "$(\command date +%s)"
        \printf '%s' "${ASSUME_ROLE_PROMPT:+${ASSUME_ROLE_PROMPT} }"
    }

    # What a shell has of its own the others cannot read, hence eval. By reference, never by value: what stands in a
    # variable is not expanded again. Without colours, since their bytes would count as width.
    # shellcheck disable=SC2016
    case "${__assume_role_side:-auto}:${PS1-}${PROMPT_COMMAND-}" in
    none:* | *assume_role_* | *ASSUME_ROLE_PROMPT* | *AWS_ACCOUNT_NAME* | *aws_account_info* | *starship*) ;;
    *)
        case "${__assume_role_shell}" in
        ksh93*)
            \eval 'function __assume_role_segment {
                __assume_role_look "${ printf "%(%s)T" now; }"
                printf "%s" "${ASSUME_ROLE_PROMPT:+${ASSUME_ROLE_PROMPT} }"
            }'
            # It sets its own prompt only when the start file has left it unset.
            if [ -z "${PS1+x}" ]; then if [ -O / ]; then PS1='# '; else PS1='$ '; fi; fi
            PS1='${ __assume_role_segment; }'"${PS1}"
            ;;
        mksh*)
            \eval '__assume_role_segment() {
                set -- "$?" # of the command before
                __assume_role_look "${EPOCHREALTIME%.*}"
                REPLY=${ASSUME_ROLE_PROMPT:+${ASSUME_ROLE_PROMPT} }
                return "$1"
            }'
            PS1='${|__assume_role_segment;}'"${PS1-}"
            ;;
        yash*)
            # yash has no clock. Linux tells when it started and how long ago that was, without a process.
            __assume_role_started=''
            while IFS=' ' \read -r __assume_role_name __assume_role_value; do
                if [ "${__assume_role_name}" = btime ]; then __assume_role_started=${__assume_role_value}; fi
            done 2>/dev/null </proc/stat
            __assume_role_hook() {
                __assume_role_now=''
                if [ -n "${__assume_role_started}" ]; then
                    IFS=' .' \read -r __assume_role_now __assume_role_value </proc/uptime
                    __assume_role_now=$((__assume_role_started + __assume_role_now))
                fi
                __assume_role_look "${__assume_role_now}"
                __assume_role_shown="${ASSUME_ROLE_PROMPT:+${ASSUME_ROLE_PROMPT} }"
            }
            PROMPT_COMMAND="${PROMPT_COMMAND:+${PROMPT_COMMAND};}__assume_role_hook"
            PS1='${__assume_role_shown-}'"${PS1-}"
            ;;
        *) ;;
        esac
        ;;
    esac
    ;;
*) ;;
esac
