# For plugin managers of zsh, which source this file; by hand it is the one line in it.
# Without the program nothing is loaded: a dotfile is often on more machines than the program.
if (( $+commands[assume-role] )); then
    eval "$(assume-role init zsh)"
fi
