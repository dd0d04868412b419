#!/bin/sh
# Start one of the two programs of the API's task:
#   server   Plue's API; where DATABASE_URL asks for TLS, stunnel speaks it to the database
#   proxy    nginx on PORT (8080), which takes /api off each path, in front of API_UPSTREAM
#            (http://127.0.0.1:8000)
# Anything else are arguments for plue.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

fail() {
  echo "plue-api: $1" >&2
  exit 2
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

# pg.zig, with which the API reaches PostgreSQL, has no TLS in Plue's build, and where it has, does not
# check the server's name. So stunnel does both, and DATABASE_URL leads to it.
open_tunnel() {
  base=${DATABASE_URL%%\?*}
  case $DATABASE_URL in
    *\?*) query=${DATABASE_URL#*\?} ;;
    *) query= ;;
  esac
  # What is wrong with a URL is said without a word of it, for it holds the password.
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
    disable) return ;;
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
  # Without the tunnel the API is of no use: it ends with it.
  {
    stunnel -fd 0 <<STUNNEL || true
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
; In seconds: the API keeps its connections open for good. A dead peer shows by keepalive.
TIMEOUTidle = 2000000
socket = r:SO_KEEPALIVE=1
socket = r:TCP_NODELAY=1
socket = l:TCP_NODELAY=1
STUNNEL
    echo "plue-api: the TLS tunnel to the database has ended; so does the API" >&2
    kill -s TERM $$
  } &
  # State 0A is a socket that listens.
  listening=$(printf '0100007F:%04X 00000000:0000 0A' "$local_port")
  until grep -q "$listening" /proc/net/tcp; do sleep 0.1; done
  export DATABASE_URL="postgresql://$login@127.0.0.1:$local_port/$name?sslmode=disable$kept"
}

case ${1:-} in
  proxy) proxy ;;
  server)
    [ -n "${DATABASE_URL:-}" ] || fail "DATABASE_URL is not set"
    open_tunnel
    ;;
esac
exec plue "$@"
