# assume-role: TAB in nushell.

# The program reads and quotes nushell's words and says which fit; nushell inserts a value as it is.
def __assume_role_candidates [spans: list<string>]: nothing -> any {
    let answer = try { with-env {COMPLETE: nu} { ^__ASSUME_ROLE_EXE__ -- ...$spans e> /dev/null } } catch { '' }
    if $answer starts-with "\t--" { return (__assume_role_command ($spans | skip until {|word| $word == '--'} | skip 1)) }
    if $answer starts-with "\t" { return null } # a file, and nushell knows those
    $answer | lines | split column "\t" value display_override description
}

# The command behind `exec … --`: nushell has no completion for it here, so its name comes from the PATH, and its words
# from the completer that nushell was given for other programs.
def __assume_role_command [spans: list<string>]: nothing -> any {
    let name = $spans | get --optional 0 | default ''
    if ($spans | length) < 2 and '/' not-in $name {
        return ($env.PATH | each {|place| try { ls --short-names $place } catch { [] } } | flatten
            | where type != dir | get --optional name | where $it starts-with $name and $it =~ '^[\w.+-]+\z' | uniq | sort)
    }
    let completer = $env.config.completions.external.completer?
    if $completer == null { null } else { do $completer $spans }
}
