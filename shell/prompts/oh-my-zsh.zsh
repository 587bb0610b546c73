# oh-my-zsh: most themes are plain prompts, to which init adds the segment by itself. For a theme of one's own, source
# this and put $(assume_role_prompt_info) or, without a process, ${ASSUME_ROLE_PROMPT} into PROMPT in single quotes.
function assume_role_prompt_info() {
    [[ -z ${ASSUME_ROLE_PROMPT} ]] || print -rn -- "${ZSH_THEME_ASSUME_ROLE_PREFIX-<}${ASSUME_ROLE_PROMPT}${ZSH_THEME_ASSUME_ROLE_SUFFIX->}"
}
