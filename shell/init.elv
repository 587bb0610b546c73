# assume-role: the function that changes this shell. Load it with: eval (assume-role init elvish | slurp)

use math
use re
use str

var program~ = (external __ASSUME_ROLE_EXE__)
var printing = [init export exec env credential-process status list explain doctor console profile keys accounts login logout completions man -h --help -V --version]

# What stood before the first switch. No process sees it, and it outlives this script, which may be loaded twice while a
# role is held: a table of the editor is the only place for that. No command has that name.
var place = 'assume-role keeps'
fn kept {
    if (has-key $edit:completion:arg-completer $place) { put $edit:completion:arg-completer[$place] } else { put [&] }
}

# What a function is written as; nothing for those that elvish brings.
fn source {|function| try { put $function[body] } catch { put '' } }

fn assign {|name value|
    if (eq $value $nil) { unset-env $name } else { set-env $name $value }
}

fn assign-all {|values| for name [(keys $values)] { assign $name $values[$name] } }

# One function, since elvish shows each as a line of code below what the program refused.
fn assume-role {|@words|
    # A stray COMPLETE would turn the call into a completion request.
    var variables = [&COMPLETE=$nil]
    var prints = (and (> (count $words) 0) (has-value $printing $words[0]))
    if (and $prints (eq $words[0] doctor)) {
        # What only the shell knows. The last one may span lines.
        set variables[ASSUME_ROLE_SHELL_STATE] = "shell=elvish "$version"\nflags=i\nside="$__assume_role_side"\nprompt="(source $edit:prompt)
    }
    # For this call only; elvish has no other way.
    var before = [&]
    for name [(keys $variables)] {
        set before[$name] = (if (has-env $name) { get-env $name } else { put $nil })
    }
    assign-all $variables
    defer { assign-all $before }
    if $prints {
        program $@words
        return
    }
    var held = (kept)
    var keeps = []
    if (> (count $held) 0) { set keeps = [--keeps] }
    # A program that fails throws, and nothing below runs.
    var text = (program export --shell elvish $@keeps $@words | slurp)
    if (eq $text '') { return } # `ensure` with enough time left
    # Does what the program answers, in its order.
    var answer = (print $text | from-json)
    for name $answer[forget] { set held = (dissoc $held $name) }
    for name [(keys $answer[keep])] {
        if (not (has-key $held $name)) { set held = (assoc $held $name $answer[keep][$name]) }
    }
    for name $answer[restore] {
        if (has-key $held $name) {
            assign $name $held[$name]
            set held = (dissoc $held $name)
        }
    }
    assign-all $answer[set]
    set edit:completion:arg-completer[$place] = $held
}
edit:add-var assume-role~ $assume-role~

# elvish has no clock. Linux tells when it started and how long ago that was, without a process; elsewhere `date` does,
# while a role is held.
var started = $nil
try {
    from-lines < /proc/stat | each {|line| if (str:has-prefix $line 'btime ') { set started = (num $line[6..]) } }
    nop (slurp < /proc/uptime)
} catch {
    set started = $nil
}
fn now {
    if (eq $started $nil) {
        num (e:date +%s)
    } else {
        var up = (slurp < /proc/uptime)
        + $started (num $up[..(str:index $up .)])
    }
}

# Text and state of the segment: arithmetic on variables that a switch exported.
fn look {
    if (eq $E:ASSUME_ROLE_KEY_ID$E:AWS_ACCOUNT_NAME '') {
        put '' ''
        return
    }
    if (or (eq $E:ASSUME_ROLE_KEY_ID '') (not-eq $E:ASSUME_ROLE_KEY_ID $E:AWS_ACCESS_KEY_ID) (not-eq $E:AWS_PROFILE '')) {
        put '?' foreign
        return
    }
    var state = calm
    var time = ''
    if (not-eq $E:ASSUME_ROLE_PROTECTED '') { set state = protected }
    if (re:match '\A[0-9]{1,12}\z' $E:ASSUME_ROLE_EXPIRES) {
        var now = (now)
        var left = (- (re:replace '\A0+(.)' '$1' $E:ASSUME_ROLE_EXPIRES) $now)
        if (> $left 0) {
            var minutes = (exact-num (math:floor (/ $left 60)))
            if (< $minutes 1) {
                set time = ' <1m'
            } elif (< $minutes 60) {
                set time = ' '$minutes'm'
            } else {
                set time = ' '(exact-num (math:floor (/ $minutes 60)))'h'(to-string (+ 100 (% $minutes 60)))[1..]'m'
            }
            if (< $left $__assume_role_warning_below) {
                if (< $left $__assume_role_alarm_below) { set state = alarm } else { set state = warning }
            }
            if (re:match '\A[0-9]{1,12}\z' $E:ASSUME_ROLE_RENEWABLE) {
                if (> (re:replace '\A0+(.)' '$1' $E:ASSUME_ROLE_RENEWABLE) $now) { set time = $time$__assume_role_renewable_mark }
            }
        } else {
            set time = ' expired'
            set state = expired
        }
    }
    var name = $E:AWS_ACCOUNT_NAME
    var role = $E:AWS_ACCOUNT_ROLE
    if (eq $name '') { set name = '?' }
    if (eq $role '') { set role = '?' }
    var label = (re:replace '[^\pL\pN _.@+=,:/()&''#*%-]' '?' $name':'$role)
    put (re:replace '\A(.{'(- 64 (count $time))'}).*\z' '$1' $label)$time $state
}

# For a prompt of one's own.
fn assume-role-prompt { var text _ = (look); put $text }
edit:add-var assume-role-prompt~ $assume-role-prompt~

# The segment goes in front of the prompt, unless a framework draws it or it mentions us; the hook looks at each prompt,
# so that one set later gets it too.
var colours = [&calm=[cyan] &protected=[magenta] &warning=[yellow] &alarm=[bold red] &expired=[bold red] &foreign=[bold red]]
var shown = ''
var theirs = $nil
fn assume-role-segment { put $shown }
var ours = { assume-role-segment; $theirs }
fn assume-role-hook {
    var text state = (look)
    if (eq $text '') { set shown = '' } else { set shown = (styled $text (all $colours[$state]))' ' }
    if (is $edit:prompt $ours) { return }
    if (re:match 'assume-role-|ASSUME_ROLE_|AWS_ACCOUNT_NAME|starship|oh-my-posh' (source $edit:prompt)) { return }
    set theirs = $edit:prompt
    set edit:prompt = $ours
}
var is-loaded = $false
for hook $edit:before-readline {
    if (str:contains (source $hook) assume-role-hook) { set is-loaded = $true }
}
if (and (not-eq $__assume_role_side none) (not $is-loaded)) {
    set edit:before-readline = [$@edit:before-readline { assume-role-hook }]
}
