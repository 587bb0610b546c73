# assume-role: the function that changes this shell. Load it with: eval "$(assume-role init zsh)"

# An alias of that name would win over the function. zsh parses this whole text before it runs any of it, so the
# keyword and the quotes are needed as well.
\builtin unalias 'assume-role' 2>/dev/null || \builtin true
# Self-contained, since snapshots of a shell drop helpers and variables.
function 'assume-role'() {
    # Called in subshells only, which end with the program: there the settings of this shell count, exported or not.
    # COMPLETE= because a stray one would turn the call into a completion request.
    function __assume_role_call() {
        \builtin typeset -gxm 'AWS_PROFILE_ASSUME_ROLE' 'AWS_ROLE_SESSION_TIMEOUT' 'AWS_USERNAME' 'ACCOUNTS_FILE' \
            'AWS_ASSUME_ROLE_AUTH_SCHEME' 'SAML_*' 'ASSUME_ROLE_*'
        \builtin export COMPLETE=
        \exec __ASSUME_ROLE_EXE__ "$@"
    }
    case "${1-}" in
        init|export|exec|env|credential-process|status|list|explain|doctor|console|profile|keys|accounts|login|logout|completions|man|-h|--help|-V|--version)
            if [[ $1 == doctor ]]; then
                # What only the shell knows, for this one call. The last one may span lines. csh_junkie_quotes takes no
                # line break between quotes, and an interactive shell no comment between the parentheses.
                \builtin local __ar_flags=$-
                if [[ -o prompt_percent ]]; then __ar_flags+=' prompt_percent'; fi
                \builtin emulate -L zsh
                \builtin setopt no_xtrace
                \builtin local -x ASSUME_ROLE_SHELL_STATE
                ASSUME_ROLE_SHELL_STATE=$(
                    \builtin print -r -- "shell=zsh ${ZSH_VERSION}"
                    \builtin print -r -- "flags=${__ar_flags}"
                    \builtin print -r -- "side=${__assume_role_side-}"
                    \builtin print -r -- "hook=$(\builtin whence -w __assume_role_hook)"
                    \builtin print -r -- "completion=${_comps[assume-role]-} $(\builtin whence -w compdef)"
                    \builtin print -r -- "others=$(\builtin whence -w assume-role-with-bastion assume awsume)"
                    \builtin print -r -- "segments=$(\builtin whence -w prompt_assume_role spaceship_assume_role)"
                    \builtin print -r -- "hooks=${precmd_functions[*]-}"
                    \builtin print -r -- "prompt=${PROMPT-} ${RPROMPT-}"
                )
            fi
            ( __assume_role_call "$@" )
            \builtin set -- "$?"
            \builtin unset -f __assume_role_call
            \builtin return "$1"
            ;;
    esac
    # eval "$(assume-role …)" of old scripts: the code must reach that eval.
    if [[ ${ZSH_SUBSHELL} -gt 0 && ! -t 1 ]]; then
        ( __assume_role_call "$@" )
        \builtin set -- "$?"
        \builtin unset -f __assume_role_call
        \builtin return "$1"
    fi
    \builtin setopt local_options local_traps no_xtrace # a trace would show the secrets, and so would
    \builtin trap - DEBUG
    \builtin trap : INT # Ctrl-C at a question: zsh's own answer is status 2 in place of the program's 130
    \builtin local __ar_code
    __ar_code="$(__assume_role_call export --shell zsh "$@")" || {
        \builtin set -- "$?"
        \builtin unset -f __assume_role_call
        \builtin return "$1"
    }
    \builtin unset -f __assume_role_call
    \builtin eval "${__ar_code}"
}

# The prompt, in interactive shells only. No process, no file, no module: arithmetic on variables that a switch exported.
if [[ -o interactive ]]; then
    __assume_role_clock='%D{%s}' # as a prompt escape, the time takes no module

    # Sets ASSUME_ROLE_PROMPT, with % doubled for a PROMPT that refers to it, and ASSUME_ROLE_PROMPT_STATE. The same text
    # goes to psvar, which zsh never expands: one slot for each colour, far above those that themes use. Arithmetic on
    # anything but digits can run commands, and more than twelve could overflow; 10# is for a leading zero.
    function __assume_role_hook() {
        if [[ -o prompt_percent && "${PROMPT-}${RPROMPT-}" != *'%71v'* ]]; then __assume_role_place_segment; fi
        \builtin emulate -L zsh
        \builtin setopt no_xtrace
        \builtin local text='' time='' state='' calm='' protected='' warning='' alarm=''
        \builtin local -i left now
        if [[ -n ${ASSUME_ROLE_KEY_ID} && ${ASSUME_ROLE_KEY_ID} == "${AWS_ACCESS_KEY_ID}" && -z ${AWS_PROFILE} ]]; then
            state=calm
            if [[ -n ${ASSUME_ROLE_PROTECTED} ]]; then state=protected; fi
            case ${ASSUME_ROLE_EXPIRES} in
                ''|*[^0123456789]*|?????????????*) ;;
                *)
                    now=${(%)__assume_role_clock}
                    left=$(( 10#${ASSUME_ROLE_EXPIRES} - now ))
                    if (( left >= 3600 )); then
                        time=$(( left / 60 % 60 + 100 ))
                        time=" $(( left / 3600 ))h${time[2,3]}m"
                    elif (( left >= 60 )); then
                        time=" $(( left / 60 ))m"
                    elif (( left > 0 )); then
                        time=' <1m'
                    else
                        time=' expired' state=expired
                    fi
                    if (( left < ${__assume_role_warning_below:-600} && left > 0 )); then
                        if (( left < ${__assume_role_alarm_below:-120} )); then
                            state=alarm
                        else
                            state=warning
                        fi
                    fi
                    case ${ASSUME_ROLE_RENEWABLE} in
                        ''|*[^0123456789]*|?????????????*) ;;
                        *)
                            if (( left > 0 && 10#${ASSUME_ROLE_RENEWABLE} > now )); then
                                time+=${__assume_role_renewable_mark-'*'}
                            fi
                            ;;
                    esac
                    ;;
            esac
            text="${AWS_ACCOUNT_NAME:-?}:${AWS_ACCOUNT_ROLE:-?}"
            text=${text[1,64-$#time]}
            text=${text//[^[:alnum:] _.@+=,:\/()&\'#*%-]/?}${time}
        elif [[ -n ${ASSUME_ROLE_KEY_ID}${AWS_ACCOUNT_NAME} ]]; then
            text='?' state=foreign
        fi
        ASSUME_ROLE_PROMPT=${text//\%/%%} ASSUME_ROLE_PROMPT_STATE=${state}
        case ${state} in
            '') ;;
            calm) calm=${text} ;;
            protected) protected=${text} ;;
            warning) warning=${text} ;;
            *) alarm=${text} ;;
        esac
        if [[ "${psvar[71]}|${psvar[72]}|${psvar[73]}|${psvar[74]}" != "${calm}|${protected}|${warning}|${alarm}" ]]; then
            psvar[71]=${calm} psvar[72]=${protected} psvar[73]=${warning} psvar[74]=${alarm}
        fi
        if [[ -n ${__assume_role_repaint-} ]]; then __assume_role_wait ${left}; fi
        # Last again, after hooks that came later, which may build the prompt anew.
        if [[ ${precmd_functions[-1]} != __assume_role_hook ]]; then __assume_role_register; fi
    }

    # Puts the slots into the prompt; no option is needed for them, least of all PROMPT_SUBST.
    function __assume_role_place_segment() {
        \builtin emulate -L zsh
        \builtin local hooks="${precmd_functions[*]}" prompts="${PROMPT-} ${RPROMPT-}"
        case ${__assume_role_side:-auto} in
            none) \builtin return 0 ;;
            auto)
                case ${hooks} in
                    *starship*|*_p9k_*|*_omp_*|*_lp_*|*prompt_pure*|*spaceship*) \builtin return 0 ;;
                esac
                ;;
        esac
        case ${prompts} in
            *ASSUME_ROLE_PROMPT*|*AWS_ACCOUNT_NAME*|*aws_account_info*|*assume_role_prompt_info*) \builtin return 0 ;;
        esac
        \builtin local segment='%(71V.%F{cyan}%71v%f .)%(72V.%F{magenta}%72v%f .)%(73V.%F{yellow}%73v%f .)%(74V.%B%F{red}%74v%f%b .)'
        if [[ ${__assume_role_side:-auto} == right ]]; then
            \builtin typeset -g RPROMPT="${segment}${RPROMPT-}"
        elif [[ ${PROMPT-} == $'\n'* ]]; then # a prompt that starts with an empty line keeps it
            \builtin typeset -g PROMPT=$'\n'"${segment}${PROMPT#$'\n'}"
        else
            \builtin typeset -g PROMPT="${segment}${PROMPT-}"
        fi
    }

    # On request: a timer, set once for the next change of state, draws an idle prompt anew. The line being typed and the
    # cursor stay. A timer of zsh/sched is no process.
    function __assume_role_wait() {
        \builtin local -i number seconds
        \builtin zmodload zsh/sched
        for (( number = $#zsh_scheduled_events; number > 0; number-- )); do
            if [[ ${zsh_scheduled_events[number]} == *__assume_role_wake ]]; then \builtin sched -${number}; fi
        done
        if (( $1 >= ${__assume_role_warning_below:-600} )); then
            seconds=$(( $1 - ${__assume_role_warning_below:-600} + 1 ))
        elif (( $1 >= ${__assume_role_alarm_below:-120} )); then
            seconds=$(( $1 - ${__assume_role_alarm_below:-120} + 1 ))
        else
            seconds=$1
        fi
        if (( seconds > 0 )); then \builtin sched +${seconds} __assume_role_wake; fi
    }
    function __assume_role_wake() {
        __assume_role_hook
        if \builtin zle; then \builtin zle reset-prompt; fi
    }

    # On request: a session about to end is renewed before one of these commands runs, if that takes no question.
    function __assume_role_before() {
        \builtin emulate -L zsh
        \builtin local word expected=yes
        for word in "${(@Q)${(z)1}}"; do
            case ${word} in
                '|'|'||'|'&&'|';'|'&'|'|&'|'('|'{'|'!') expected=yes ;;
                *=*) ;;
                *)
                    if [[ -n ${expected} && " ${__assume_role_renew} " == *" ${word} "* ]]; then
                        __assume_role_renew_now
                        \builtin return 0
                    fi
                    expected=''
                    ;;
            esac
        done
    }
    function __assume_role_renew_now() {
        __assume_role_hook
        case ${ASSUME_ROLE_PROMPT_STATE}:${ASSUME_ROLE_RENEWABLE} in
            *:|*:*[^0123456789]*|*:?????????????*) ;;
            warning:*|alarm:*|expired:*)
                if (( 10#${ASSUME_ROLE_RENEWABLE} > ${(%)__assume_role_clock} )); then
                    assume-role ensure "${__assume_role_warning_below:-600}s" --no-input
                fi
                ;;
        esac
    }

    # In a function of its own: with ksh_arrays and no_unset an empty array counts as unset.
    function __assume_role_register() {
        \builtin emulate -L zsh
        \builtin typeset -ga precmd_functions
        precmd_functions=("${(@)precmd_functions:#__assume_role_hook}" __assume_role_hook)
        if [[ -n ${__assume_role_renew} ]]; then
            \builtin typeset -ga preexec_functions
            preexec_functions=("${(@)preexec_functions:#__assume_role_before}" __assume_role_before)
        fi
    }
    __assume_role_register
fi
