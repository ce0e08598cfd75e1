# shellcheck shell=bash disable=SC2154
# Installs what is missing. Sourced by ./busbar.

# One line each: what shows that it is there, and Debian's package.
requirements() {
    cat <<'END'
/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server rabbitmq-server
/usr/lib/postgresql/*/bin/postgres postgresql
/usr/bin/psql postgresql-client
/usr/include/rabbitmq-c/amqp.h|/usr/include/amqp.h librabbitmq-dev
/usr/include/postgresql/libpq-fe.h libpq-dev
/usr/include/secp256k1.h libsecp256k1-dev
/usr/include/*/curl/curl.h|/usr/include/curl/curl.h libcurl4-openssl-dev
/usr/bin/pkg-config pkg-config
/usr/bin/git git
/usr/bin/setpriv util-linux
END
    # For ./busbar test: the tests that use Python packages make a virtual environment of their own.
    [ "${1:-}" != python3 ] || printf '%s\n' "/usr/lib/python3*/ensurepip/__init__.py python3-venv"
}

missing_packages() {
    local marks package mark found
    requirements "$@" | while read -r marks package; do
        found=
        for mark in ${marks//|/ }; do
            if compgen -G "$mark" >/dev/null; then found=1; fi
        done
        [ -n "$found" ] || printf '%s\n' "$package"
    done
}

setup() {
    local missing=()
    mapfile -t missing < <(missing_packages "$@")
    if ((${#missing[@]})); then install_packages "${missing[@]}"; fi
    check_swift
}

install_packages() {
    local command sudo=()
    command="apt-get update && apt-get install --no-install-recommends -y $*"
    if [ "$(id -u)" != 0 ]; then sudo=(sudo); fi
    if [ -n "$offline" ]; then
        die "these packages are missing: $*
  install them as root:  $command"
    fi
    command -v apt-get >/dev/null \
        || die "this system has no apt-get; install what corresponds to Debian's packages: $*"
    # Without a terminal nobody can type a password.
    if ((${#sudo[@]})) && ! can_become_root; then
        die "these packages are missing, and installing them needs root: $*
  run as root:  $command
  then run this again; Busbar itself needs no root. Debian starts its own broker and database after their
  installation; Busbar does not use them, and they can be stopped and disabled."
    fi
    say "Installing: $*"
    mkdir -p "$logs"
    if ! "${sudo[@]}" bash -s -- "$@" <"$root/deploy/launcher/install.sh" >"$logs/install.log" 2>&1; then
        tail -n 15 "$logs/install.log" >&2
        die "the installation failed; the whole log is $logs/install.log"
    fi
    local missing=()
    mapfile -t missing < <(missing_packages)
    if ((${#missing[@]})); then
        die "still missing after the installation: ${missing[*]} (log: $logs/install.log)"
    fi
}

can_become_root() {
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null || [ -t 0 ]
}

check_swift() {
    local text version known=$logs/swift-version swift
    command -v swift >/dev/null \
        || die "there is no Swift toolchain in PATH; Busbar needs Swift 6.3 or later: https://swift.org/install"
    # Asking takes half a second: once for each toolchain is enough.
    swift=$(readlink -f -- "$(command -v swift)")
    if [ -f "$known" ] && [ "$(cat "$known")" = "$swift $(stat -c %Y -- "$swift")" ]; then return; fi
    text=$(swift --version 2>/dev/null || true)
    version=$(sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' <<<"$text" | head -n 1)
    [ -n "$version" ] || die "cannot tell the version of $swift"
    if [ "$(printf '%s\n' 6.3 "$version" | sort -V | head -n 1)" != 6.3 ]; then
        die "Swift $version is too old; Busbar needs 6.3 or later: https://swift.org/install"
    fi
    mkdir -p "$logs"
    printf '%s %s\n' "$swift" "$(stat -c %Y -- "$swift")" >"$known"
}
