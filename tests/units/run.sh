#!/usr/bin/env bash
# Boots a Debian 12 of its own with the package in it, and has the services work there under the directives of their units:
# tests/units/run.sh PACKAGE. Needs root, mmdebstrap and systemd-nspawn. What a container has no part of, its screen and its
# virtual consoles, is replaced, and nothing else: see inside.sh.
set -euo pipefail
package=$(realpath "$1")
cd "$(dirname "$0")"
folder=$(mktemp -d)
trap 'rm -r --one-file-system "$folder"' EXIT
root=$folder/root

# What a window needs, which a gate on a bare console does without.
x11=libx11-6,libx11-xcb1,libxcursor1,libxi6,libxkbcommon-x11-0
# The package goes in by apt, so that what it depends on is what it says.
mmdebstrap --quiet --variant=minbase --hook-dir=/usr/share/mmdebstrap/hooks/file-mirror-automount \
    --include="systemd-sysv,dbus,xvfb,qrencode,$x11,$package" bookworm "$root"
install -D inside.sh reach.sh -t "$root/proof"
install -m 644 proof.service "$root/etc/systemd/system/"
systemctl --quiet --root="$root" enable proof.service
systemctl --quiet --root="$root" mask console-getty.service

# As Debian 12 has it: one tree of control groups, whatever this machine has; with the filters of the kernel (bpf) that bar
# devices and addresses, which a container is not given by itself.
SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn --quiet --boot --directory="$root" --machine="wicket-units-$$" \
    --register=no --keep-unit --private-network --console=read-only --system-call-filter=bpf \
    --capability=CAP_BPF,CAP_NET_ADMIN systemd.show_status=no < /dev/null > "$folder/console" 2>&1 || true
cat "$root/proof/said" || cat "$folder/console"
[ "$(cat "$root/proof/status")" = 0 ]
