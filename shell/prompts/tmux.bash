# shellcheck shell=bash
# tmux, in bash: source this after the integration. The title is set only when it changes.
function __assume_role_title {
    if [[ -n ${TMUX-} && ${ASSUME_ROLE_PROMPT-} != "${__assume_role_titled-}" ]]; then
        __assume_role_titled=${ASSUME_ROLE_PROMPT-}
        \builtin printf '\e]2;%s\a' "${__assume_role_titled}"
    fi
}
if [[ ${PROMPT_COMMAND[*]-} != *__assume_role_title* ]]; then
    if [[ ${BASH_VERSINFO[0]} -gt 5 || (${BASH_VERSINFO[0]} -eq 5 && ${BASH_VERSINFO[1]} -ge 1) ]]; then
        PROMPT_COMMAND+=(__assume_role_title)
    else
        # shellcheck disable=SC2128,SC2178
        PROMPT_COMMAND="${PROMPT_COMMAND:+${PROMPT_COMMAND};}__assume_role_title"
    fi
fi
