# shellcheck shell=bash
# liquidprompt, in bash: source this after assume-role's own line and before liquidprompt. A reference, expanded when the
# prompt is drawn.
# shellcheck disable=SC2016
LP_PS1_PREFIX='\[${__assume_role_colour-}\]${__assume_role_shown-}\[${__assume_role_plain-}\]'

# liquidprompt 2.0 turns promptvars off, and a reference would be shown as it stands. There its value takes its place, in
# what liquidprompt draws next and in what it has drawn just before. The hook lets nothing through that is special to a
# prompt.
# shellcheck disable=SC2154
function __assume_role_in_liquidprompt {
    local status=$? before=${LP_PS1_PREFIX}
    if ! shopt -q promptvars; then
        LP_PS1_PREFIX="\[${__assume_role_colour}\]${__assume_role_shown}\[${__assume_role_plain}\]"
        case "${PS1-}" in
        *"${before}"*) PS1="${PS1%%"${before}"*}${LP_PS1_PREFIX}${PS1#*"${before}"}" ;;
        *) ;;
        esac
    fi
    return "${status}"
}
if [[ ${PROMPT_COMMAND[*]-} != *__assume_role_in_liquidprompt* ]]; then
    if [[ ${BASH_VERSINFO[0]} -gt 5 || (${BASH_VERSINFO[0]} -eq 5 && ${BASH_VERSINFO[1]} -ge 1) ]]; then
        PROMPT_COMMAND+=(__assume_role_in_liquidprompt)
    else
        # shellcheck disable=SC2128,SC2178
        PROMPT_COMMAND="${PROMPT_COMMAND:+${PROMPT_COMMAND};}__assume_role_in_liquidprompt"
    fi
fi
