# assume-role: the function that changes this shell. Load it with: assume-role init fish | source

# Self-contained, since snapshots of a shell drop helpers and variables. COMPLETE= because a stray one would turn the
# call into a completion request.
function assume-role
    # The settings of this shell count, exported or not.
    for name in (builtin set --names | string match --regex '^(?:AWS_PROFILE_ASSUME_ROLE|AWS_ROLE_SESSION_TIMEOUT|AWS_USERNAME|ACCOUNTS_FILE|AWS_ASSUME_ROLE_AUTH_SCHEME|SAML_.*|ASSUME_ROLE_.*)\z')
        set -fx $name $$name
    end
    switch "$argv[1]"
        case init export exec env credential-process status list explain doctor console profile keys accounts login logout completions man -h --help -V --version
            if test "$argv[1]" = doctor
                # What only the shell knows, for this one call. The last one may span lines.
                set -fx ASSUME_ROLE_SHELL_STATE (builtin string join \n \
                    "shell=fish $version" \
                    "flags=$(builtin status is-interactive; and echo i)" \
                    "side=$__assume_role_side" \
                    "hook=$(builtin functions --query __assume_role_hook; and echo function)" \
                    "completion=$(builtin complete --command assume-role 2>/dev/null)" \
                    "others=$(builtin functions --all --names | string match --regex '^(assume|awsume)$')" \
                    "universal=$(builtin set --universal --names | string match 'AWS_*' | string join ' ')" \
                    "segments=$(builtin functions --all --names | string match '_tide_item_assume_role')" \
                    "prompt=$(builtin functions fish_prompt fish_right_prompt | string collect)" \
                    | string collect)
            end
            COMPLETE= command __ASSUME_ROLE_EXE__ $argv
            return
    end
    set -l fish_trace # a trace would show the secrets
    # A pipe, since a command substitution would not get our standard input.
    COMPLETE= command __ASSUME_ROLE_EXE__ export --shell fish $argv | read --local --null __ar_code
    set -l __ar_status $pipestatus
    if test $__ar_status[2] -gt 1
        echo 'assume-role: fish_read_limit is too small for a session; nothing was changed' >&2
        set __ar_status 9
    end
    set __ar_status $__ar_status[1]
    # eval (assume-role …): the code must reach that eval, and so must the status.
    if status is-command-substitution; and not test -t 1
        test $__ar_status -eq 0
        and printf '%s' $__ar_code
        or printf "command sh -c 'exit %s'\n" $__ar_status
        return $__ar_status
    end
    test $__ar_status -eq 0
    or return $__ar_status
    # Ctrl-C between two of its commands would leave half a switch: then the next prompt does it again.
    function __assume_role_finish --on-event fish_prompt --inherit-variable __ar_code
        set -l fish_trace
        functions --erase __assume_role_finish
        eval $__ar_code
        functions --query __assume_role_hook
        and __assume_role_hook
    end
    eval $__ar_code
    set __ar_status $status
    functions --erase __assume_role_finish
    return $__ar_status
end

# The prompt, in interactive shells only (fish 3.6 and later). No process, no file: arithmetic on variables that a
# switch exported.
if status is-interactive; and builtin --query path
    for pair in side:auto warning_below:600 alarm_below:120 'renewable_mark:*'
        set -l name __assume_role_(string split : -- $pair)[1]
        set -q $name
        or set -g $name (string split : -- $pair)[2]
    end
    set -g __assume_role_warning_minutes (builtin math $__assume_role_warning_below / 60)
    set -g __assume_role_alarm_minutes (builtin math $__assume_role_alarm_below / 60)
    set -g __assume_role_calm (builtin set_color cyan)
    set -g __assume_role_protected (builtin set_color magenta)
    set -g __assume_role_warning (builtin set_color yellow)
    set -g __assume_role_alarm (builtin set_color --bold red)
    set -g __assume_role_plain (builtin set_color normal)

    # fish has no clock, but it can tell when / changed and how long ago that was.
    function __assume_role_minutes_until
        builtin math "($argv[1] - $(builtin path mtime /) - $(builtin path mtime --relative /)) / 60"
    end

    # Sets ASSUME_ROLE_PROMPT and ASSUME_ROLE_PROMPT_STATE. A handler of this event leaves $status and $pipestatus alone.
    function __assume_role_hook --on-event fish_prompt
        set -l fish_trace
        set -g ASSUME_ROLE_PROMPT
        set -g ASSUME_ROLE_PROMPT_STATE
        if test -n "$ASSUME_ROLE_KEY_ID" -a "$ASSUME_ROLE_KEY_ID" = "$AWS_ACCESS_KEY_ID" -a -z "$AWS_PROFILE"
            set -l state calm
            set -l time
            test -n "$ASSUME_ROLE_PROTECTED"
            and set state protected
            if string match --quiet --regex '^[0-9]{1,12}\z' -- "$ASSUME_ROLE_EXPIRES"
                set -l left (__assume_role_minutes_until $ASSUME_ROLE_EXPIRES)
                string match --quiet --regex '^(?<minutes>-?[0-9]+)' -- $left
                if test $minutes -ge 60
                    set time " $(builtin math --scale=0 $minutes / 60)h$(string sub --start=2 (builtin math $minutes % 60 + 100))m"
                else if test $minutes -ge 1
                    set time " $minutes"m
                else if test $left -gt 0
                    set time ' <1m'
                else
                    set time ' expired'
                    set state expired
                end
                if test $left -gt 0
                    if test $left -ge $__assume_role_warning_minutes
                    else if test $left -lt $__assume_role_alarm_minutes
                        set state alarm
                    else
                        set state warning
                    end
                    if string match --quiet --regex '^[0-9]{1,12}\z' -- "$ASSUME_ROLE_RENEWABLE"
                        if test $ASSUME_ROLE_RENEWABLE -ge $ASSUME_ROLE_EXPIRES
                            or test (__assume_role_minutes_until $ASSUME_ROLE_RENEWABLE) -gt 0
                            set time "$time$__assume_role_renewable_mark"
                        end
                    end
                end
            end
            set -l label "$AWS_ACCOUNT_NAME:$AWS_ACCOUNT_ROLE"
            test -n "$AWS_ACCOUNT_NAME"
            or set label "?$label"
            test -n "$AWS_ACCOUNT_ROLE"
            or set label "$label?"
            if string match --quiet --regex '[^A-Za-z0-9 _.@+=,:/()&\'#*%-]' -- $label
                # fish takes UTF-8 even where the terminal was told not to expect it.
                set -l locale "$LANG"
                test -n "$LC_CTYPE"
                and set locale "$LC_CTYPE"
                test -n "$LC_ALL"
                and set locale "$LC_ALL"
                set -l letters A-Za-z0-9
                string match --quiet --ignore-case '*utf*8*' -- $locale
                and set letters '\pL\pN'
                set label (string replace --all --regex "[^$letters _.@+=,:/()&'#*%-]" '?' -- $label)
            end
            string match --quiet --regex '^.{40}' -- $label
            and set label (string sub --length (builtin math 64 - (string length -- "$time")) -- $label)
            set ASSUME_ROLE_PROMPT "$label$time"
            set ASSUME_ROLE_PROMPT_STATE $state
        else if test -n "$ASSUME_ROLE_KEY_ID$AWS_ACCOUNT_NAME"
            set ASSUME_ROLE_PROMPT '?'
            set ASSUME_ROLE_PROMPT_STATE foreign
        end
        # A prompt that was drawn by our function still is; a new one of the user's is found at the next prompt.
        if set -q __assume_role_drawn
            set -e __assume_role_drawn
        else if test "$__assume_role_side" = right
            __assume_role_place_segment fish_right_prompt
        else if test "$__assume_role_side" != none
            __assume_role_place_segment fish_prompt
        end
    end

    # On request: a session about to end is renewed before one of these commands runs, if that takes no question.
    function __assume_role_before --on-event fish_preexec
        test -n "$__assume_role_renew"
        or return
        set -l names (string escape --style=regex -- (string split ' ' -- $__assume_role_renew) | string join '|')
        string match --quiet --regex "(^|[|;&(\n]|\b(and|or|not|begin|time|env|command))\s*(\w+=\S*\s+)*($names)(\s|\$)" -- "$argv[1]"
        or return
        __assume_role_hook
        contains -- "$ASSUME_ROLE_PROMPT_STATE" warning alarm expired
        and string match --quiet --regex '^[0-9]{1,12}\z' -- "$ASSUME_ROLE_RENEWABLE"
        and test (__assume_role_minutes_until $ASSUME_ROLE_RENEWABLE) -gt 0
        and assume-role ensure "$__assume_role_warning_below"s --no-input
    end

    # Puts the segment before what the user's prompt prints: their function is copied and called, never rewritten.
    function __assume_role_place_segment
        set -l code (builtin functions $argv[1])
        string match --quiet '*__assume_role_their_prompt*' -- $code
        and return
        set code $code (builtin functions fish_prompt fish_right_prompt)
        string match --quiet --regex 'ASSUME_ROLE_PROMPT|AWS_ACCOUNT_NAME|aws_account_info' -- $code
        and return
        test "$__assume_role_side" = auto
        and string match --quiet --regex 'starship|_tide_|_pure_|_omp_|spaceship' -- $code
        and return
        builtin functions --erase __assume_role_their_prompt
        if builtin functions --query $argv[1]
            builtin functions --copy $argv[1] __assume_role_their_prompt
        else
            function __assume_role_their_prompt
            end
        end
        function $argv[1]
            # First, while $status is still that of the user's command.
            set -l theirs (__assume_role_their_prompt)
            set -g __assume_role_drawn yes
            # A prompt that starts with an empty line keeps it.
            if set -q theirs[2]; and test -z "$theirs[1]"
                echo
                set -e theirs[1]
            end
            set -l colour $__assume_role_alarm
            switch "$ASSUME_ROLE_PROMPT_STATE"
                case calm
                    set colour $__assume_role_calm
                case protected
                    set colour $__assume_role_protected
                case warning
                    set colour $__assume_role_warning
            end
            test -n "$ASSUME_ROLE_PROMPT"
            and builtin printf '%s%s%s ' "$colour" "$ASSUME_ROLE_PROMPT" "$__assume_role_plain"
            string join \n -- $theirs
        end
    end
end
