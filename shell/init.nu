# assume-role: the command that changes this shell. Load it with a file in a folder that nushell reads at start:
# mkdir ($nu.data-dir | path join vendor autoload)
# assume-role init nu | save --force ($nu.data-dir | path join vendor autoload assume-role.nu)

const __assume_role_exe = __ASSUME_ROLE_EXE__

# What the program answers itself; everything else changes the shell.
const __assume_role_prints = [init export exec env credential-process status list explain doctor console profile keys accounts login logout completions man -h --help -V --version]

# Typed as strings, so that a code of 001234 and a duration of 45m arrive as they were written.
@complete __assume_role_candidates
def --env --wrapped assume-role [...words: string] {
    let verb = $words | get --optional 0 | default ''
    # The program ends each branch: nushell pipes and shows what the last command of a function prints.
    if $verb == doctor {
        with-env {COMPLETE: '' ASSUME_ROLE_SHELL_STATE: (__assume_role_state)} { ^$__assume_role_exe ...$words }
    } else if $verb in $__assume_role_prints {
        with-env {COMPLETE: ''} { ^$__assume_role_exe ...$words }
    } else {
        __assume_role_switch $words
    }
}

# nushell evaluates no code, so the program answers with a record of what to do, in this order. When it fails, nothing
# after it runs. COMPLETE because a stray one would turn the call into a completion request.
def --env __assume_role_switch [words: list<string>] {
    # Kept from before the first switch, and the role that was left: nushell hands neither records nor lists to a process.
    let kept = $env.__assume_role_kept? | default {}
    let keeps = if ($kept | is-empty) { [] } else { [--keeps] }
    let left = $env.ASSUME_ROLE_LEFT? | default [''] | first
    let answer = with-env {COMPLETE: '' ASSUME_ROLE_LEFT: $left} { ^$__assume_role_exe export --shell nu ...$keeps ...$words } | from json
    if $answer == null { return } # nothing to do: there was time enough
    let kept = $answer.keep | merge ($kept | reject --optional ...$answer.forget)
    let restored = $kept | reject ...($kept | columns | where $it not-in $answer.restore)
    hide-env --ignore-errors ...($restored | columns) ...($answer.set | columns)
    $restored | merge $answer.set | compact | reject --optional ASSUME_ROLE_LEFT | load-env
    $env.__assume_role_kept = $kept | reject --optional ...$answer.restore
    if $answer.set.ASSUME_ROLE_LEFT? != null { $env.ASSUME_ROLE_LEFT = [$answer.set.ASSUME_ROLE_LEFT] }
}

# What only the shell knows, for the one call of doctor. The last one may span lines.
def __assume_role_state []: nothing -> string {
    [
        $"shell=nu (version | get version)"
        $"flags=(if $nu.is-interactive { 'i' })"
        $"side=($__assume_role_side)"
        $"hook=(if (__assume_role_is_hooked) { 'function' })"
        $"completion=(scope commands | where name == __assume_role_candidates | get name | str join)"
        $"others=(scope commands | where name in [assume awsume] | get name | str join ' ')"
        $"prompt=(__assume_role_source PROMPT_COMMAND)(__assume_role_source PROMPT_COMMAND_RIGHT)"
    ] | str join "\n"
}

def __assume_role_now []: nothing -> int {
    (date now | into int) // 1_000_000_000
}

# The text and the state of the prompt. No process, no file: arithmetic on variables that a switch exported.
def __assume_role_look []: nothing -> record<text: string, state: string> {
    let key = $env.ASSUME_ROLE_KEY_ID? | default ''
    if $key == '' and ($env.AWS_ACCOUNT_NAME? | default '') == '' { return {text: '' state: ''} }
    if $key == '' or $key != ($env.AWS_ACCESS_KEY_ID? | default '') or ($env.AWS_PROFILE? | default '') != '' { return {text: '?' state: foreign} }
    mut state = if ($env.ASSUME_ROLE_PROTECTED? | default '') != '' { 'protected' } else { 'calm' }
    mut time = ''
    # Not $, which lets a line break pass.
    const moment = '^[0-9]{1,12}\z'
    let expires = $env.ASSUME_ROLE_EXPIRES? | default '' | into string
    if $expires =~ $moment {
        let now = __assume_role_now
        let left = ($expires | into int) - $now
        if $left <= 0 {
            $time = ' expired'
            $state = 'expired'
        } else {
            $time = if $left >= 3600 {
                $" ($left // 3600)h($left // 60 mod 60 + 100 | into string | str substring 1..)m"
            } else if $left >= 60 { $" ($left // 60)m" } else { ' <1m' }
            if $left < ($__assume_role_warning_below | into int) {
                $state = if $left < ($__assume_role_alarm_below | into int) { 'alarm' } else { 'warning' }
            }
            let renewable = $env.ASSUME_ROLE_RENEWABLE? | default '' | into string
            if $renewable =~ $moment and ($renewable | into int) > $now { $time += $__assume_role_renewable_mark }
        }
    }
    let name = $env.AWS_ACCOUNT_NAME? | default --empty '?'
    let role = $env.AWS_ACCOUNT_ROLE? | default --empty '?'
    mut label = $"($name):($role)"
    if $label !~ '^[A-Za-z0-9_./:-]{1,40}\z' {
        let locale = [LC_ALL LC_CTYPE LANG] | each {|name| $env | get --optional $name } | compact --empty | get --optional 0 | default ''
        let letters = if $locale =~ '(?i)utf-?8' { '\p{Alphabetic}\pN' } else { 'A-Za-z0-9' }
        let room = 64 - ($time | str length --chars)
        $label = $label | str replace --all --regex $"[^($letters) _.@+=,:/\(\)&'#*%-]" '?' | str replace --regex $"^\(.{($room)}\).*" '$1'
    }
    {text: ($label + $time) state: $state}
}

# Sets ASSUME_ROLE_PROMPT and ASSUME_ROLE_PROMPT_STATE, and looks whether the prompt still shows them: one that is set
# later is found at the next prompt.
def --env __assume_role_hook [] {
    let look = __assume_role_look
    if $look.state == '' {
        hide-env --ignore-errors ASSUME_ROLE_PROMPT ASSUME_ROLE_PROMPT_STATE
    } else {
        load-env {ASSUME_ROLE_PROMPT: $look.text ASSUME_ROLE_PROMPT_STATE: $look.state}
    }
    if $__assume_role_side == none { return }
    let place = if $__assume_role_side == right { 'PROMPT_COMMAND_RIGHT' } else { 'PROMPT_COMMAND' }
    if (__assume_role_source $place) =~ __assume_role { return }
    let all = (__assume_role_source PROMPT_COMMAND) + (__assume_role_source PROMPT_COMMAND_RIGHT)
    if $all =~ 'ASSUME_ROLE_PROMPT|AWS_ACCOUNT_NAME|aws_account_info' { return }
    if $__assume_role_side == auto and $all =~ 'starship|oh-my-posh|_omp_' { return }
    let theirs = $env | get --optional $place
    load-env {$place: {|| __assume_role_before $theirs }}
}

# The source of a prompt, which is a closure or a text.
def __assume_role_source [place: string]: nothing -> string {
    let prompt = $env | get --optional $place
    if ($prompt | describe) == closure { view source $prompt } else { $prompt | default '' | into string }
}

# What the hook found, and behind it what the user's prompt shows.
def __assume_role_before [theirs: any]: nothing -> string {
    let theirs = if ($theirs | describe) == closure { do $theirs | default '' | into string } else { $theirs | default '' | into string }
    let text = $env.ASSUME_ROLE_PROMPT? | default ''
    if $text == '' { return $theirs }
    let colour = match $env.ASSUME_ROLE_PROMPT_STATE? {
        calm => (ansi cyan)
        protected => (ansi magenta)
        warning => (ansi yellow)
        _ => (ansi red_bold)
    }
    # A prompt that starts with an empty line keeps it.
    let first = if ($theirs | str starts-with "\n") { "\n" } else { '' }
    $"($first)($colour)($text)(ansi reset) ($theirs | str substring ($first | str length)..)"
}

# On request: a session about to end is renewed before one of these commands runs, if that takes no question.
def --env __assume_role_renew_before [] {
    let commands = commandline | split row --regex '[|;(){}]' | each {|part| $part | str trim | str trim --left --char ^ | split row --regex '\s+' | first }
    if not ($__assume_role_renew | split row ' ' | any {|name| $name in $commands }) { return }
    if (__assume_role_look).state not-in [warning alarm expired] { return }
    let renewable = $env.ASSUME_ROLE_RENEWABLE? | default '' | into string
    if $renewable =~ '^[0-9]{1,12}\z' and ($renewable | into int) > (__assume_role_now) {
        try { assume-role ensure $"($__assume_role_warning_below)s" --no-input }
    }
}

# The mark by which a second load finds the hook of the first.
def __assume_role_is_hooked []: nothing -> bool {
    $env.config.hooks?.pre_prompt? | default [] | any {|hook| ($hook | describe) starts-with record and $hook.__assume_role? == true }
}

if not (__assume_role_is_hooked) {
    $env.config.hooks.pre_prompt = $env.config.hooks?.pre_prompt? | default [] | append {__assume_role: true code: {|| __assume_role_hook }}
    if $__assume_role_renew != '' {
        $env.config.hooks.pre_execution = $env.config.hooks?.pre_execution? | default [] | append {__assume_role: true code: {|| __assume_role_renew_before }}
    }
}
