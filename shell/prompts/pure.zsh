# pure draws its left prompt anew at every step and has no segments of its own; the right prompt is free. Source this
# after `prompt pure`, or load the integration with: eval "$(assume-role init zsh --prompt right)"
[[ ${RPROMPT-} == *%71v* ]] || RPROMPT='%(71V.%F{cyan}%71v%f.)%(72V.%F{magenta}%72v%f.)%(73V.%F{yellow}%73v%f.)%(74V.%B%F{red}%74v%f%b.)'"${RPROMPT-}"
