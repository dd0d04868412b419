#!/bin/sh
# Write what depends on the environment into the one writable directory, then run nginx there.
#   PORT          the port to listen on; default 8080
#   API_ENDPOINT  where the page finds the API, a URL or a path; default /api
#   API_UPSTREAM  http://HOST:PORT to pass /api on to; default none: a load balancer does it
set -eu

here=$(cd "$(dirname "$0")" && pwd)
run=${TMPDIR:-/tmp}/plue-web
port=${PORT:-8080}
endpoint=${API_ENDPOINT:-/api}
upstream=${API_UPSTREAM:-}

fail() {
  echo "plue-web: $1" >&2
  exit 2
}

case $port in
  *[!0-9]* | ??????*) fail "PORT is '$port'; it must be a number from 1 to 65535" ;;
esac
if [ "$port" -lt 1 ] || [ "$port" -gt 65535 ]; then
  fail "PORT is '$port'; it must be a number from 1 to 65535"
fi

# The value ends up in a script and in nginx's configuration: let nothing through that ends a string.
case $endpoint in
  *[!][A-Za-z0-9:/._~%=?\&+-]*) fail "API_ENDPOINT holds a character that a URL must escape" ;;
  http://?* | https://?* | /*) ;;
  *) fail "API_ENDPOINT is '$endpoint'; it must start with http://, https:// or /" ;;
esac
case $upstream in
  '') ;;
  *[!][A-Za-z0-9:/._-]* | http://*/* | http://) fail "API_UPSTREAM must be http://HOST:PORT" ;;
  http://*) ;;
  *) fail "API_UPSTREAM must be http://HOST:PORT" ;;
esac

mkdir -p "$run/page"
cp "$here"/*.conf "$run/"
ln -sfn "$here/html" "$run/html"

{
  echo "listen $port;"
  if [ -e /proc/net/if_inet6 ]; then
    echo "listen [::]:$port;"
  fi
} >"$run/listen.conf"

if [ -n "$upstream" ]; then
  # A name is looked up as requests come, so that the API may move and may start after nginx.
  resolver=$(awk '$1 == "nameserver" { print ($2 ~ /:/ ? "[" $2 "]" : $2); exit }' /etc/resolv.conf)
  {
    [ -z "$resolver" ] || echo "resolver $resolver valid=10s;"
    echo "set \$api_upstream $upstream;"
    echo "include api-proxy.conf;"
  } >"$run/api.conf"
else
  echo "return 404;" >"$run/api.conf"
fi

printf 'window.PLUE_CONFIG = { "API_ENDPOINT": "%s" };\n' "$endpoint" >"$run/page/plue-config.js"

# The page gets its settings before any script of its own runs.
sed -E 's,<head(>|[[:space:]][^>]*>),&<script src="/plue-config.js"></script>,' \
  "$here/html/index.html" >"$run/page/index.html"
grep -q '<script src="/plue-config.js">' "$run/page/index.html" ||
  fail "index.html has no <head>, where the page's settings go"
# nginx makes an ETag of time and size. A time made of the content lets all tasks agree on it.
for file in "$run"/page/*; do
  touch -d "@$(($(cksum <"$file" | cut -d ' ' -f 1) % 1000000000))" "$file"
done

nginx=nginx
if [ "$port" -lt 1024 ] && command -v nginx-low-port >/dev/null; then
  nginx=nginx-low-port
fi

exec "$here/run-nginx.sh" "$nginx" "$run"
