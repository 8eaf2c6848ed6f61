#!/usr/bin/env bash
# Runs as root in the booted container. An event is set up at the server, a gate enrols, takes the list by the sync's unit and
# admits a guest; then the gate hangs and is killed; and what each unit bars is tried from within it.
set -euo pipefail
trap 'journalctl --no-pager --lines=40 --unit=wicket-server --unit=wicket-gate --unit=wicket-sync' ERR

server() { runuser -u wicket-server -- wicket "$@" --data /var/lib/wicket-server; }
gate() { runuser -u wicket -- wicket "$@" --data /var/lib/wicket; }
property() { systemctl show --property="$2" --value "$1"; }
# Waits until a unit's journal has a line like this one.
said() { grep -qm1 "$2" < <(timeout 60 journalctl --follow --lines=all --unit="$1") || { echo "$1 never said: $2"; exit 1; }; }
# Waits until the gate's own word of itself has this.
holds() { timeout 60 bash -c 'until runuser -u wicket -- wicket status --json --data /var/lib/wicket | grep -q "$1"; do :; done' - "$1"; }

systemd-analyze verify --man=no wicket-gate.service wicket-server.service wicket-sync.service wicket-sync.timer

server admin event add spring-26
server admin ticket add --event spring-26 --type adult --until 4102444800 --codes /var/lib/wicket-server/codes.txt
systemctl start wicket-server
echo "server: $(property wicket-server StatusText)"

gate enrol "$(server admin device add pi-7 --event spring-26 --gate north --url http://127.0.0.1:8080 2> /dev/null)"
systemctl start wicket-sync
holds '"tickets":1,'
echo "sync: the list of one ticket is held"

# A picture of the ticket before a camera; a display in the screen's place, and the container's console in a virtual one's.
install -d /etc/wicket/frames
qrencode -o /etc/wicket/frames/ticket.png -s 6 -m 8 < /var/lib/wicket-server/codes.txt
printf '[camera]\nreplay = "/etc/wicket/frames"\nrepeat = true\n[sound]\nenabled = false\n' > /etc/wicket/gate.toml
chmod -R a+rX /etc/wicket
mkfifo /run/display
systemd-run --quiet --unit=display bash -c 'exec Xvfb :7 -screen 0 800x480x24 -nolisten tcp -displayfd 3 3> /run/display'
read -r < /run/display
install -d /etc/systemd/system/wicket-gate.service.d
printf '[Service]\nTTYPath=/dev/console\nEnvironment=SLINT_BACKEND=winit-software DISPLAY=:7\n' \
    > /etc/systemd/system/wicket-gate.service.d/container.conf
systemctl daemon-reload
systemctl start wicket-gate
echo "gate: $(property wicket-gate StatusText)"
holds '"facts":1,"unsent":0,'
echo "gate: the guest is admitted, and the server knows"

# A gate whose loop stands still.
kill -STOP "$(property wicket-gate MainPID)"
said wicket-gate.service 'Watchdog timeout'
said wicket-gate.service 'Scheduled restart job'
timeout 60 bash -c 'until systemctl --quiet is-active wicket-gate; do :; done'
holds '"facts":1,"unsent":0,'
echo "gate: started again by the watchdog ($(property wicket-gate NRestarts)), its check-in kept"

/proof/reach.sh gate wicket other-sockets multicast
/proof/reach.sh server wicket-server
/proof/reach.sh sync wicket

systemctl stop wicket-gate wicket-server
for unit in wicket-gate wicket-server; do
    [ "$(property $unit Result)" = success ] || { journalctl --unit=$unit; exit 1; }
done
apt-get -qq purge -y wicket > /dev/null
[ -s /var/lib/wicket/"$(ls /var/lib/wicket | head -n 1)" ] && ! systemctl cat wicket-gate > /dev/null 2>&1
echo "purged: the units are gone, the data stay"
