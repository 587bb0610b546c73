#!/bin/sh
# Installs assume-role @VERSION@, after comparing the checksum of what was downloaded.
#
#   sh install.sh                    the program into ~/.local/bin
#   sh install.sh --to /usr/local    program, manual page and TAB files below /usr/local
#   sh install.sh --from DIRECTORY   from files that were downloaded before
#   sh install.sh --remove           takes away what the same command without --remove installs
#
# It asks for no password and changes no file of yours.
set -eu

home='@HOME@'
version='@VERSION@'

main() {
    to='' from='' remove=''
    while [ $# -gt 0 ]; do
        case $1 in
            --to) to=${2:?--to wants a directory} && shift ;;
            --from) from=${2:?--from wants a directory} && shift ;;
            --remove) remove=yes ;;
            *) fail "unexpected argument '$1' (--to DIRECTORY, --from DIRECTORY, --remove)" ;;
        esac
        shift
    done
    if [ "$to" ]; then bin=$to/bin; else bin=${HOME:?}/.local/bin; fi
    if [ "$remove" ]; then
        remove
    else
        work=$(mktemp -d)
        trap 'rm -rf "$work"' EXIT
        trap 'exit 130' INT TERM
        name=assume-role-$version-$(target)
        get "$name.tar.gz"
        get SHA256SUMS
        check "$name.tar.gz"
        put "$work/$name"
    fi
}

# Linux programs are static, so that one serves every distribution.
target() {
    machine=$(uname -m)
    [ "$machine" != arm64 ] || machine=aarch64
    case $(uname -s)-$machine in
        Linux-x86_64 | Linux-aarch64) printf '%s-unknown-linux-musl' "$machine" ;;
        Darwin-x86_64 | Darwin-aarch64) printf '%s-apple-darwin' "$machine" ;;
        *) fail "there is no program for $(uname -s) on $machine: build it with cargo" ;;
    esac
}

get() {
    if [ "$from" ]; then
        cp "$from/$1" "$work/$1" || fail "$from has no $1"
    elif command -v curl >/dev/null; then
        curl --fail --silent --show-error --location --output "$work/$1" "$home/releases/download/v$version/$1"
    elif command -v wget >/dev/null; then
        wget -q -O "$work/$1" "$home/releases/download/v$version/$1"
    else
        fail "neither curl nor wget is here"
    fi || fail "$1 cannot be downloaded"
}

check() {
    wanted=$(sed -n "s/^\([0-9a-f]\{64\}\)  $1\$/\1/p" "$work/SHA256SUMS")
    if command -v sha256sum >/dev/null; then
        found=$(sha256sum "$work/$1" | cut -d ' ' -f 1)
    else
        found=$(shasum -a 256 "$work/$1" | cut -d ' ' -f 1)
    fi
    [ "$wanted" ] || fail "SHA256SUMS does not name $1"
    [ "$wanted" = "$found" ] || fail "the checksum of $1 is wrong: $found in place of $wanted. Nothing was installed"
    (cd "$work" && tar -xzf "$1")
}

put() {
    mkdir -p "$bin"
    # A running program cannot be written over, only replaced.
    cp "$1/assume-role" "$bin/.assume-role.new"
    chmod 755 "$bin/.assume-role.new"
    mv "$bin/.assume-role.new" "$bin/assume-role"
    if [ "$to" ]; then
        places | while read -r file place; do
            mkdir -p "$to/${place%/*}"
            cp "$1/$file" "$to/$place"
        done
    fi
    "$bin/assume-role" --version
    printf 'installed as %s/assume-role\n' "$bin"
    case :$PATH: in
        *:"$bin":*) ;;
        *) printf '%s is not on your PATH yet\n' "$bin" ;;
    esac
    # shellcheck disable=SC2016  # It is for the reader.
    printf 'Now one line for your shell, for example in ~/.bashrc: eval "$(assume-role init bash)"\n'
}

places() {
    cat <<'END'
assume-role.1.gz share/man/man1/assume-role.1.gz
completion.bash share/bash-completion/completions/assume-role
completion.zsh share/zsh/site-functions/_assume-role
completion.fish share/fish/vendor_completions.d/assume-role.fish
END
}

remove() {
    rm -f "$bin/assume-role"
    if [ "$to" ]; then places | while read -r _ place; do rm -f "$to/$place"; done; fi
    printf 'removed from %s; the stored sessions are in ~/.local/state/assume-role\n' "$bin"
}

fail() {
    printf 'install.sh: %s\n' "$1" >&2
    exit 1
}

main "$@"
