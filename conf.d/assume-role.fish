# For plugin managers of fish, which copy this file into conf.d. Without the program nothing is loaded: a dotfile is often
# on more machines than the program.
if status is-interactive; and command --query assume-role
    command assume-role init fish | source
end
