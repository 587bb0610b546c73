# liquidprompt, in zsh: source this before liquidprompt.
LP_PS1_PREFIX='%(71V.%F{cyan}%71v%f .)%(72V.%F{magenta}%72v%f .)%(73V.%F{yellow}%73v%f .)%(74V.%B%F{red}%74v%f%b .)'
