# tmux, in fish: source this after the integration. fish asks this function for the title of every prompt and command.
function fish_title
    test -n "$TMUX"
    and builtin printf %s "$ASSUME_ROLE_PROMPT"
end
