#!/bin/sh
# Run nginx until it ends: run-nginx.sh PROGRAM DIRECTORY, with nginx.conf in the directory, which is
# the only place that nginx writes to.
set -eu

# SIGTERM makes nginx drop requests in flight; SIGQUIT lets it finish them.
"$1" -e stderr -p "$2" -c "$2/nginx.conf" &
pid=$!
trap 'asked=1; kill -QUIT "$pid" 2>/dev/null || :' TERM INT QUIT
# A signal ends wait early: only a wait that none has ended gives nginx's own exit code.
asked=1
while [ -n "$asked" ]; do
  asked=
  status=0
  wait "$pid" || status=$?
done
exit "$status"
