# shellcheck shell=bash
# Installs the packages given as arguments, as root, without letting Debian start its own broker and database.
set -eu

export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
saved=

restore() {
    if [ -n "$saved" ]; then mv -f -- "$saved" "$policy"; else rm -f -- "$policy"; fi
}

# Debian's way to say that packages must not start services. A policy that is there already is put back.
if [ -e "$policy" ]; then
    saved=$policy.busbar-$$
    mv -- "$policy" "$saved"
fi
trap restore EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"

apt-get update
apt-get install --no-install-recommends -y -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=300 "$@"

# Nor at the next boot: Busbar starts private ones.
if [ -d /run/systemd/system ]; then
    for package in "$@"; do
        case $package in
        rabbitmq-server) systemctl disable rabbitmq-server.service epmd.socket epmd.service || true ;;
        postgresql) systemctl disable postgresql.service || true ;;
        esac
    done
fi
