# assume-role: TAB in elvish.

use str

var assume-role-at-tab~ = (external __ASSUME_ROLE_EXE__)

# The shell matches and quotes; the program only says what there is.
var candidates = {|@words|
    var answer = ''
    var before = $nil
    if (has-env COMPLETE) { set before = $E:COMPLETE }
    set-env COMPLETE elvish
    try {
        set answer = (assume-role-at-tab -- $@words 2>/dev/null | slurp)
    } catch {
        nop
    } finally {
        if (eq $before $nil) { unset-env COMPLETE } else { set-env COMPLETE $before }
    }
    if (eq $answer "\t\n") { # a file, and elvish knows those
        edit:complete-filename $words[-1]
    } elif (eq $answer "\t--\n") { # behind `exec … --` stands another command
        while (not-eq $words[0] --) { set words = $words[1..] }
        edit:complete-sudo sudo (all $words[1..])
    } else {
        print $answer | from-lines | each {|line|
            var value help = (str:split &max=2 "\t" $line"\t")
            set help = (str:trim-right $help "\t")
            if (eq $help '') {
                edit:complex-candidate $value &code-suffix=' '
            } else {
                edit:complex-candidate $value &code-suffix=' ' &display=(styled $value)'  '(styled $help dim)
            }
        }
    }
}
for name [__ASSUME_ROLE_NAMES__] { set edit:completion:arg-completer[$name] = $candidates }
