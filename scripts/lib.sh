# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
#
# What the scripts share: messages, the cache, the tools in it. Sourced with
# `set -eu` in effect; defines names and does nothing else.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PROGRAM=$(basename "$0")
CACHE=${GODWIT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/godwit}
CROSS_PREFIX=${GODWIT_CROSS_PREFIX:-riscv64-linux-gnu-}

say() {
    printf '%s: %s\n' "$PROGRAM" "$*" >&2
}

# die WHAT [REMEDY]: one line each, exit 1.
die() {
    say "error: $1"
    if [ $# -gt 1 ]; then
        say "  $2"
    fi
    exit 1
}

misuse() {
    say "error: $1"
    say "  try '$PROGRAM --help'"
    exit 2
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# usage: the comment block at the head of the running script.
usage() {
    sed -n '/^# *SPDX/d; 2,/^[^#]/{/^#/{s/^# \{0,1\}//; p}}' "$0" | sed '1{/^$/d}'
}

sha256() {
    sha256sum "$@" | cut -d' ' -f1
}

# with_progress LABEL LOG COMMAND...: run a command that prints lines like
# ninja's "[12/340] ...", all into LOG; show a line that counts on a terminal,
# a line now and then elsewhere. On failure print the end of the log.
with_progress() {
    local label=$1 log=$2
    shift 2
    if "$@" 2>&1 | show_progress "$label" "$log"; then
        return 0
    fi
    say "error: $label failed; the last lines of $log:"
    tail -n 25 "$log" >&2
    return 1
}

show_progress() {
    local label=$1 log=$2 line last_said=$SECONDS
    local counter='^\[([0-9]+)/([0-9]+)\]'

    while IFS= read -r line; do
        printf '%s\n' "$line"
        if ! [[ $line =~ $counter ]]; then
            continue
        elif [ -t 2 ]; then
            printf '\r%s: %s %s/%s ' "$PROGRAM" "$label" \
                "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" >&2
        elif [ $((SECONDS - last_said)) -ge 10 ]; then
            last_said=$SECONDS
            say "$label: ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}"
        fi
    done >"$log"
    if [ -t 2 ]; then
        printf '\n' >&2
    fi
}

# find_python: an interpreter that can make virtual environments, as QEMU's
# build wants; the system's own one first, for it is the one that has the
# distribution's modules.
find_python() {
    local python

    for python in "${PYTHON:-}" /usr/bin/python3 python3; do
        if [ -n "$python" ] && "$python" -c '
import sys, importlib.util as u
has = lambda m: u.find_spec(m) is not None
ok = sys.version_info >= (3, 9) and (has("ensurepip") or has("setuptools") and has("pip"))
sys.exit(not ok)' 2>/dev/null; then
            command -v "$python"
            return 0
        fi
    done
    return 1
}

# Directory with the cached meson's modules; empty if there is none.
cached_meson() {
    local dir

    for dir in "$CACHE"/tools/meson-*/; do
        if [ -e "$dir/meson.py" ]; then
            printf '%s\n' "${dir%/}"
            return 0
        fi
    done
}

# find_meson PYTHON: set meson_dir to where a meson that PYTHON can run lies:
# the cached one, or nothing if PYTHON itself has one that is recent enough.
# Fetches it if there is neither.
find_meson() {
    meson_dir=$(cached_meson)
    if [ -n "$meson_dir" ] || "$1" -c '
import sys, mesonbuild.coredata as c
sys.exit(tuple(map(int, c.version.split(".")[:2])) < (1, 5))' 2>/dev/null; then
        return 0
    fi
    "$TOP/scripts/fetch" meson
    meson_dir=$(cached_meson)
}

# find_meson_command: set meson to the words of a command that runs it.
find_meson_command() {
    local python

    python=$(find_python) || die 'no usable python3' 'run scripts/setup'
    find_meson "$python"
    if [ -n "$meson_dir" ]; then
        meson=("$python" "$meson_dir/meson.py")
    else
        meson=("$python" -m mesonbuild.mesonmain)
    fi
}

cached_busybox() {
    local file

    for file in "$CACHE"/tools/busybox-*/busybox; do
        if [ -e "$file" ]; then
            printf '%s\n' "$file"
            return 0
        fi
    done
}
