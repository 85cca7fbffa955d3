#!/bin/sh
# Make a virtual environment at $1 with the first supported interpreter found, or say what to install.
set -eu
venv=$1
range='3.11 to 3.13'
supported='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

if [ -x "$venv/bin/python" ] && "$venv/bin/python" -c "$supported" 2>/dev/null; then
    exit 0
fi
for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
    if "$name" -c "$supported" 2>/dev/null; then
        echo "making $venv with $("$name" --version) ($name)"
        if "$name" -m venv --clear "$venv"; then
            exit 0
        fi
        echo "matinee: $name cannot make a virtual environment; on Debian and Ubuntu: apt install $name-venv" >&2
        exit 1
    fi
done
found=$(python3 --version 2>/dev/null || echo 'no python3')
echo "matinee: expected Python $range on the PATH, got $found" >&2
echo "         install one (python.org, your package manager, or 'uv python install 3.13')," >&2
echo "         or name one: make PYTHON=/path/to/python3.13" >&2
exit 1
