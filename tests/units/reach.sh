#!/usr/bin/env bash
# What a unit bars, tried twice by its user: without the unit, where each trial must work, so that none is a dud; and under the
# unit's own directives, where none may. reach.sh UNIT USER [TRIAL...]: trials that this unit lets through.
set -euo pipefail
unit=wicket-$1 user=$2
shift 2

install -d -m 777 /var/lib/open-to-all
touch /tmp/of-others /home/of-others /srv/of-others
# The kernel's log, which everybody may write to by this name of it.
[ -e /dev/other ] || mknod -m 666 /dev/other c 1 11
# The number of mmap(2), which perl calls by number.
mmap=9
[ "$(uname -m)" = x86_64 ] || mmap=222

# A name, and a command that succeeds where the thing is allowed; in perl where no tool of every Debian does it.
cat > /proof/trials << TRIALS
write-outside       touch /var/lib/open-to-all/\$\$
read-a-home         test -e /home/of-others
read-srv            test -e /srv/of-others
see-temporary-files test -e /tmp/of-others
see-processes       test -e /proc/1/status
new-namespaces      unshare --user true
write-and-execute   perl -e 'exit(syscall($mmap, 0, 4096, 7, 0x22, -1, 0) == -1)'
other-personality   setarch --addr-no-randomize true
other-sockets       perl -e 'socket(\$s, 16, 3, 0) or exit 1'
multicast           perl -MSocket -e 'socket(\$s, 2, 2, 0) && setsockopt(\$s, 0, 32, INADDR_LOOPBACK) && send(\$s, 1, 0, pack_sockaddr_in(9, inet_aton("224.0.0.251"))) or exit 1'
other-devices       : > /dev/other
setuid-files        f=\$(mktemp) && chmod u+s "\$f"
TRIALS
for let_through in "$@"; do sed -i "/^$let_through /d" /proof/trials; done
cat > /proof/try.sh << 'TRY'
while read -r name command; do
    if bash -c "$command" > /dev/null 2>&1 < /dev/null; then echo "$name"; fi
done < /proof/trials
echo .
TRY

sed -E -e 's|^ExecStart=.*|ExecStart=/bin/bash /proof/try.sh|' -e 's/^Type=.*/Type=oneshot/' \
    -e '/^(WatchdogSec|Restart|RestartSec|Standard[A-Za-z]*|TTY[A-Za-z]*|Conflicts|EnvironmentFile)=/d' \
    -e "/^\[Service\]/a StandardOutput=file:/proof/$unit" "/usr/lib/systemd/system/$unit.service" \
    > "/run/systemd/system/try-$unit.service"
systemctl daemon-reload

# Both end with a dot, so that trials that were cut off are no success.
expected=$(cut -d ' ' -f 1 /proof/trials; echo .)
[ "$(runuser -u "$user" -- bash /proof/try.sh)" = "$expected" ] || { echo "$unit: not every trial works without it"; exit 1; }
systemctl start "try-$unit"
[ "$(cat "/proof/$unit")" = . ] || { echo "$unit lets through:" $(cat "/proof/$unit"); exit 1; }
echo "$unit: bars" $(cut -d ' ' -f 1 /proof/trials)
