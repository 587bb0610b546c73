# powerlevel10k: source this after ~/.p10k.zsh and add assume_role to POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS.
# -e looks at the variables when the prompt is drawn, so the order of the hooks does not matter.
function prompt_assume_role() {
    p10k segment -s CALM -f cyan -c '${(M)ASSUME_ROLE_PROMPT_STATE:#calm}' -e -t '${ASSUME_ROLE_PROMPT}'
    p10k segment -s PROTECTED -f magenta -c '${(M)ASSUME_ROLE_PROMPT_STATE:#protected}' -e -t '${ASSUME_ROLE_PROMPT}'
    p10k segment -s WARNING -f yellow -c '${(M)ASSUME_ROLE_PROMPT_STATE:#warning}' -e -t '${ASSUME_ROLE_PROMPT}'
    p10k segment -s ALARM -f red -c '${(M)ASSUME_ROLE_PROMPT_STATE:#(alarm|expired|foreign)}' -e -t '${ASSUME_ROLE_PROMPT}'
}
