#!/bin/bash
# Start one of the two programs of the API's task:
#   server   Plue's API; where DATABASE_URL asks for TLS, stunnel provides it, and the API ends with 1
#            when stunnel ends or most connections to the database are lost
#   proxy    nginx on PORT (8080), which removes /api from each path, in front of API_UPSTREAM
#            (http://127.0.0.1:8000)
# All other arguments are passed to plue.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

fail() {
  echo "plue-api: $1" >&2
  exit "${2:-2}"
}

proxy() {
  port=${PORT:-8080}
  upstream=${API_UPSTREAM:-http://127.0.0.1:8000}
  case $port in
    *[!0-9]* | ??????*) fail "PORT is '$port'; it must be a number from 1 to 65535" ;;
  esac
  if [ "$port" -lt 1 ] || [ "$port" -gt 65535 ]; then
    fail "PORT is '$port'; it must be a number from 1 to 65535"
  fi
  case $upstream in
    *[!][A-Za-z0-9:/._-]* | http://*/* | http://) fail "API_UPSTREAM must be http://ADDRESS:PORT" ;;
    http://*) ;;
    *) fail "API_UPSTREAM must be http://ADDRESS:PORT" ;;
  esac
  run=${TMPDIR:-/tmp}/plue-api-proxy
  mkdir -p "$run"
  cp "$here/nginx.conf" "$run/"
  echo "listen $port;" >"$run/listen.conf"
  echo "set \$api_upstream $upstream;" >"$run/upstream.conf"
  exec "$here/run-nginx.sh" nginx "$run"
}

# pg.zig, with which the API connects to PostgreSQL, has no TLS in Plue's build, and with TLS it does not
# check the server's name. So stunnel does both, and DATABASE_URL leads to stunnel.
serve() {
  base=${DATABASE_URL%%\?*}
  case $DATABASE_URL in
    *\?*) query=${DATABASE_URL#*\?} ;;
    *) query= ;;
  esac
  # No message quotes the URL, because it contains the password.
  case $base in
    postgresql://*@*/* | postgres://*@*/*) ;;
    *) fail "DATABASE_URL must be postgresql://USER:PASSWORD@HOST:PORT/NAME, percent-encoded" ;;
  esac
  rest=${base#*://}
  login=${rest%%@*}
  case $login in
    */*) fail "DATABASE_URL has no valid USER:PASSWORD: percent-encode the password" ;;
  esac
  name=${rest#*@}
  address=${name%%/*}
  name=${name#*/}
  case $address in
    \[*\] | \[*\]:*)
      host=${address%]*}
      host=${host#[}
      port=${address##*]}
      port=${port#:}
      ;;
    *:*)
      host=${address%:*}
      port=${address##*:}
      ;;
    *)
      host=$address
      port=
      ;;
  esac
  port=${port:-5432}
  case $host in
    '' | *[!A-Za-z0-9.:_-]*) fail "DATABASE_URL has no valid HOST: percent-encode the password" ;;
  esac
  case $port in
    *[!0-9]*) fail "DATABASE_URL has no valid PORT: percent-encode the password" ;;
  esac

  mode=disable
  kept=
  set -f
  IFS='&'
  for parameter in $query; do
    case $parameter in
      sslmode=*) mode=${parameter#*=} ;;
      tcp_user_timeout=*) kept="&$parameter" ;;
      *=*[!A-Za-z0-9._/%+-]* | *[!a-z_]*=*) fail "DATABASE_URL has an invalid parameter" ;;
      *) fail "DATABASE_URL sets ${parameter%%=*}; the API takes sslmode and tcp_user_timeout only" ;;
    esac
  done
  unset IFS
  set +f

  case $mode in
    disable) exec plue "$@" ;;
    require | verify-ca) check= ;;
    verify-full)
      case $host in
        *:*) check="checkIP = $host" ;;
        *[!0-9.]*) check="checkHost = $host" ;;
        *) check="checkIP = $host" ;;
      esac
      ;;
    *) fail "sslmode must be disable, require, verify-ca or verify-full" ;;
  esac
  [ -r "${PGSSLROOTCERT:-}" ] ||
    fail "PGSSLROOTCERT names no readable file: it must hold the database's certificate authorities"
  case $host in
    *:*) connect="[$host]:$port" ;;
    *) connect=$host:$port ;;
  esac

  local_port=${TUNNEL_PORT:-5432}
  # For each connection stunnel reports as an error that RDS staples no OCSP response, which is none.
  stunnel -fd 0 2> >(grep --line-buffered -v "No OCSP stapling response" >&2) <<STUNNEL &
foreground = yes
pid =
debug = warning
syslog = no
[postgresql]
client = yes
accept = 127.0.0.1:$local_port
connect = $connect
protocol = pgsql
; A Multi-AZ database that fails over keeps its name and changes its address.
delay = yes
verifyChain = yes
CAfile = $PGSSLROOTCERT
$check
sslVersionMin = TLSv1.2
; In seconds: the API keeps its connections open for good.
TIMEOUTidle = 2000000
; A database that no longer answers is noticed after 60 seconds, if no data wait to be sent.
socket = r:SO_KEEPALIVE=1
socket = r:TCP_KEEPIDLE=30
socket = r:TCP_KEEPINTVL=10
socket = r:TCP_KEEPCNT=3
socket = r:TCP_NODELAY=1
socket = l:TCP_NODELAY=1
STUNNEL
  tunnel=$!
  until tunnel_listens; do
    kill -0 "$tunnel" 2>/dev/null || fail "the TLS tunnel to the database did not start: see its lines above" 1
    sleep 0.1
  done

  # In a session of its own, because facil.io signals its whole process group when it stops.
  DATABASE_URL="postgresql://$login@127.0.0.1:$local_port/$name?sslmode=disable$kept" \
    setsid plue "$@" &
  api=$!
  trap 'kill -s TERM "$api" 2>/dev/null' TERM INT
  watch_connections &
  watcher=$!
  ended=
  # A signal ends wait early.
  while [ -z "${ended:-}" ]; do
    status=0
    wait -n -p ended "$api" "$tunnel" "$watcher" || status=$?
  done
  case $ended in
    "$api") exit "$status" ;;
    "$tunnel") reason="the TLS tunnel to the database has ended" ;;
    "$watcher") reason="most connections to the database are lost" ;;
  esac
  echo "plue-api: $reason. The API ends, so that a new one connects" >&2
  kill -s TERM "$api" || :
  # Requests that wait for the database must not delay the end.
  sleep 10 &
  wait -n "$api" $! || :
  exit 1
}

# A port as proc(5), net/tcp, has it.
port_of() { printf '%04X' "$1"; }

tunnel_listens() {
  grep -q " 0100007F:$(port_of "$local_port") 00000000:0000 0A " /proc/net/tcp
}

# Prints how many connections the API has to the tunnel, and how many of the tunnel's reach the database. One
# that has sent the same data eight times, for 51 seconds, does not: TCP itself gives up after 15 minutes, and
# sends no keepalives meanwhile.
connections() {
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk \
    -v database=":$(port_of "$port")\$" -v tunnel="0100007F:$(port_of "$local_port")" '
    $3 == tunnel && ($4 == "01" || $4 == "08") { open++ }
    $3 != tunnel && $3 ~ database && $4 == "01" && $7 < "00000008" { reach++ }
    END { print open + 0, reach + 0 }'
}

# Ends when the API has lost more than half of its connections. It opens them when it starts, and may replace
# one that fails, but only while the database answers. Its /health stays 200 without any.
watch_connections() {
  most=0
  missed=0
  while [ "$missed" -lt 3 ]; do
    if [ "$most" -gt 0 ]; then sleep 1; else sleep 0.2; fi
    read -r open reach <<<"$(connections)"
    # None reaches it while the first one is made.
    if [ "$reach" -gt 0 ] && [ "$open" -gt "$most" ]; then most=$open; fi
    if [ $((reach * 2)) -lt "$most" ]; then missed=$((missed + 1)); else missed=0; fi
  done
}

case ${1:-} in
  proxy) proxy ;;
  server)
    [ -n "${DATABASE_URL:-}" ] || fail "DATABASE_URL is not set"
    serve "$@"
    ;;
esac
exec plue "$@"
