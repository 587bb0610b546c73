# tide: source this in config.fish, outside `if status is-interactive`, then:
#   set --universal --append tide_right_prompt_items assume_role
# tide draws in a process of its own, which reads config.fish once more and sees exported variables only.
set -gx ASSUME_ROLE_PROMPT $ASSUME_ROLE_PROMPT
set -gx ASSUME_ROLE_PROMPT_STATE $ASSUME_ROLE_PROMPT_STATE

function _tide_item_assume_role
    test -n "$ASSUME_ROLE_PROMPT"
    or return
    set -lx tide_assume_role_color red
    switch $ASSUME_ROLE_PROMPT_STATE
        case calm
            set tide_assume_role_color cyan
        case protected
            set tide_assume_role_color magenta
        case warning
            set tide_assume_role_color yellow
    end
    set -lx tide_assume_role_bg_color normal
    _tide_print_item assume_role $ASSUME_ROLE_PROMPT
end
