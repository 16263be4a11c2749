#!/usr/bin/env bash
# Installs what the tests need and is missing: a C compiler, because SQLite is built from its source, Python 3, for
# the clients that stand in for other people's, curl, for the tour of the README, OpenSSL, for a time stamp
# authority of our own, strace, for system calls that fail, faketime, for a clock that is set back, and PostgreSQL, of
# which the tests make a cluster of their own. Says what it does. Quick when
# everything is there.
set -euo pipefail

if ! command -v cargo >/dev/null; then
    echo "setup: Rust is missing; install it with rustup, see CONTRIBUTING.md" >&2
    exit 1
fi

packages=()
command -v cc >/dev/null || packages+=(gcc libc6-dev)
command -v python3 >/dev/null || packages+=(python3)
command -v curl >/dev/null || packages+=(curl)
command -v openssl >/dev/null || packages+=(openssl)
command -v strace >/dev/null || packages+=(strace)
command -v faketime >/dev/null || packages+=(faketime)
# Debian keeps these programs out of PATH.
if ! command -v initdb >/dev/null && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    packages+=(postgresql)
fi

if [ "${#packages[@]}" -eq 0 ]; then
    echo "setup: cargo, cc, python3, curl, openssl, strace, faketime and postgresql are here; nothing to install"
    exit 0
fi

if ! command -v apt-get >/dev/null; then
    echo "setup: missing ${packages[*]}; there is no apt-get here, install them by hand" >&2
    exit 1
fi

if [ "$(id -u)" -eq 0 ]; then
    as_root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo)
else
    echo "setup: missing; run: sudo apt-get install ${packages[*]}" >&2
    exit 1
fi

echo "setup: installing ${packages[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${packages[@]}" ||
    { # A machine that never looked has no list of packages yet.
        "${as_root[@]}" apt-get update
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${packages[@]}"
    }
