# nushell, for a prompt of your own: source this in config.nu, then
#   $env.PROMPT_COMMAND = {|| $"(assume-role-segment)($env.PWD)" }
# The hook of the integration sets the variables before each prompt, and leaves a prompt that mentions us alone.
def assume-role-segment []: nothing -> string {
    let text = $env.ASSUME_ROLE_PROMPT? | default ''
    if $text == '' { return '' }
    let colour = match $env.ASSUME_ROLE_PROMPT_STATE? {
        calm => (ansi cyan)
        protected => (ansi magenta)
        warning => (ansi yellow)
        _ => (ansi red_bold)
    }
    $"($colour)($text)(ansi reset) "
}
