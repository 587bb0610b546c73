# tmux, in zsh: source this after the integration. The title is set only when it changes.
function __assume_role_title() {
    emulate -L zsh
    local text=${ASSUME_ROLE_PROMPT//\%\%/%}
    if [[ -n ${TMUX} && ${text} != "${__assume_role_titled}" ]]; then
        __assume_role_titled=${text}
        print -rn -- $'\e]2;'"${text}"$'\a'
    fi
}
typeset -ga precmd_functions
precmd_functions=("${(@)precmd_functions:#__assume_role_title}" __assume_role_title)
