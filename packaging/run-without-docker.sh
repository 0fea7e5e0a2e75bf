#!/usr/bin/env bash
# Runs what docker-compose.cluster.yml runs, as processes on this machine: publishes the program, makes certificates, starts PostgreSQL where it
# is installed, starts the nodes with the settings of cluster-config/compose on free ports of loopback, sends a message through, and stops everything.
#
#   packaging/run-without-docker.sh
#
# MAILPIPELINE=FILE runs that program instead of publishing one. Nothing is left behind; exit code 0 when every step succeeded.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d /tmp/mpr.XXXXXX)
chmod 755 "$work"
nodes=() postgres=

say() { echo "== $*"; }
fail() { echo "run-without-docker.sh: $*" >&2; tail -n 20 "$work"/*.log >&2 2>/dev/null || true; exit 1; }

clean_up() {
  for node in "${nodes[@]}"; do kill -KILL "$node" 2>/dev/null || true; done
  [ -z "$postgres" ] || kill -QUIT "$postgres" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT

# eventually SECONDS COMMAND...: tries until it succeeds
eventually() {
  local left=$(($1 * 5)); shift
  until "$@"; do
    left=$((left - 1))
    [ $left -gt 0 ] || return 1
    sleep 0.2
  done
}

# --- what Dockerfile does
if [ -n "${MAILPIPELINE:-}" ]; then
  program=$MAILPIPELINE
else
  say "publish"
  (cd "$repository" && dotnet publish src/Pipeline.Node -c Release -o "$work/out" >"$work/publish.log") || fail "cannot publish"
  program=$work/out/mailpipeline
fi
"$program" version

# --- the service certificates
say "certificates"
"$repository/packaging/certificates.sh" "$work/authority" --node mail,localhost,127.0.0.1 --operator operator --viewer viewer >/dev/null
mkdir "$work/certificates"
cp -p "$work"/authority/{ca.crt,node-mail.crt,node-mail.key} "$work/certificates/"

# --- settings: those of the containers, with this machine's paths and free ports
cp -r "$repository/cluster-config/compose" "$work/etc"
echo '{}' >"$work/zone.json"
sed -i "s#0\.0\.0\.0:[0-9]*#127.0.0.1:0#; s#/certificates/#$work/certificates/#" "$work"/etc/*.json
export MAILPIPELINE_Dns__ZoneFile=$work/zone.json

# start NAME POLICY SETTINGS [MACRO...]: runs a node, and waits until it is ready
start() {
  local name=$1 policy=$2 settings=$3; shift 3
  local -a macros=(-D "SPOOL=$work/$name")
  for macro in "$@"; do macros+=(-D "$macro"); done
  mkdir -p "$work/$name"
  "$program" config check "$work/etc/$policy" "${macros[@]}" >/dev/null || fail "$policy is not good"
  MAILPIPELINE_Name=$name MAILPIPELINE_StoreDirectory=$work/$name/store \
    "$program" run -C "$work/etc/$policy" --node "$work/etc/$settings" "${macros[@]}" >"$work/$name.log" 2>&1 &
  nodes+=($!)
  eventually 60 env "MAILPIPELINE_StoreDirectory=$work/$name/store" "$program" health >/dev/null 2>&1 || fail "$name does not become ready"
  say "$name is ready"
}

# The port after a phrase in a node's log.
port() { sed -n "s/.*$2[^0-9]*127\.0\.0\.1:\([0-9]*\).*/\1/p" "$work/$1.log" | head -n 1; }

# --- the sink
start sink sink.conf sink.json
sink=$(port sink 'listening on')

# --- PostgreSQL and the cluster, where this version of the program knows the section Cluster; else one node with a store of its own
echo '{ "Cluster": { "Database": "Host=nowhere", "Roles": [ "receiver" ] } }' >"$work/cluster.json"
if "$program" config check "$work/etc/sink.conf" --node "$work/cluster.json" >/dev/null 2>&1; then
  bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
  [ -n "$bin" ] || bin=$(dirname "$(command -v initdb)" 2>/dev/null) || fail "the cluster needs PostgreSQL's programs (initdb, postgres)"
  as=()
  if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid=postgres --regid=postgres --clear-groups); fi
  mkdir "$work/pg"
  [ "$(id -u)" != 0 ] || chown postgres "$work/pg"
  (cd "$work/pg" && "${as[@]}" "$bin/initdb" -A trust -U mail -D "$work/pg/data" >"$work/pg.log" 2>&1) || fail "initdb failed"
  (cd "$work/pg" && exec "${as[@]}" "$bin/postgres" -D "$work/pg/data" -c listen_addresses= -c "unix_socket_directories=$work/pg" >>"$work/pg.log" 2>&1) &
  postgres=$!
  eventually 30 "$bin/psql" -h "$work/pg" -U mail -d postgres -c 'CREATE DATABASE mail' >/dev/null 2>&1 || fail "PostgreSQL does not start"
  say "PostgreSQL is ready"
  export MAILPIPELINE_Cluster__Database="Host=$work/pg;Username=mail;Database=mail"
  start receiver-1 mailpipeline.conf receiver.json SINK_HOST=127.0.0.1 "SINK_PORT=$sink" "SPAMD=127.0.0.1 783"
  start receiver-2 mailpipeline.conf receiver.json SINK_HOST=127.0.0.1 "SINK_PORT=$sink" "SPAMD=127.0.0.1 783"
  start scanner-1 mailpipeline.conf scanner.json SINK_HOST=127.0.0.1 "SINK_PORT=$sink" "SPAMD=127.0.0.1 783"
  start deliverer-1 mailpipeline.conf deliverer.json SINK_HOST=127.0.0.1 "SINK_PORT=$sink" "SPAMD=127.0.0.1 783"
  start deliverer-2 mailpipeline.conf deliverer.json SINK_HOST=127.0.0.1 "SINK_PORT=$sink" "SPAMD=127.0.0.1 783"
  receiver=receiver-1
else
  say "this version has no cluster: one node does it all"
  sed '/"Cluster": {/,/^  },/d' "$work/etc/receiver.json" >"$work/etc/gateway.json"
  start gateway mailpipeline.conf gateway.json SINK_HOST=127.0.0.1 "SINK_PORT=$sink"
  receiver=gateway
fi

# --- the admin port: a viewer looks and gives no orders, an operator does
admin=$(port "$receiver" 'Takes orders on')
by() { local who=$1; shift; "$program" "$@" --address "127.0.0.1:$admin" --cert "$work/authority/$who.crt" --key "$work/authority/$who.key" --ca "$work/authority/ca.crt"; }
by viewer-viewer health
by viewer-viewer actor hierarchy
! by viewer-viewer queue retry 1xV3ze-IUvupnsd1MR-393w 2>"$work/refused" || fail "a viewer gave an order"
grep -q 'orders are for operators' "$work/refused" || fail "a viewer's order was refused for another reason: $(cat "$work/refused")"
answer=$(by operator-operator queue retry 1xV3ze-IUvupnsd1MR-393w || true)
[[ $answer == *"no such message"* ]] || fail "an operator's order did not arrive"

# --- a message through it all
smtp=$(port "$receiver" 'listening on')
exec 3<>"/dev/tcp/127.0.0.1/$smtp"
expect() {
  local line
  while IFS= read -r -t 30 line <&3; do
    case $line in "$1"-*) ;; "$1 "*) echo "$line"; return 0 ;; *) fail "expected $1, got $line" ;; esac
  done
  fail "no answer"
}
tell() { printf '%s\r\n' "$1" >&3; expect "$2" >"$work/reply"; }
expect 220 >/dev/null
tell 'EHLO client.test' 250
tell 'MAIL FROM:<alice@sender.test>' 250
tell 'RCPT TO:<bob@example.net>' 250
tell 'DATA' 354
tell $'From: alice@sender.test\r\nTo: bob@example.net\r\nSubject: through the cluster\r\n\r\nhello\r\n.' 250
tr -d '\r' <"$work/reply" >"$work/accepted"
say "accepted: $(cat "$work/accepted")"
tell QUIT 221
arrived() { grep -qs 'Subject: through the cluster' "$work"/sink/mail/new/*; }
eventually 60 arrived || {
  id=$(sed -n 's/.*id=\([^ \r]*\).*/\1/p' "$work/accepted")
  MAILPIPELINE_StoreDirectory=$work/$receiver/store "$program" explain "$id" >&2 || true
  fail "the message did not arrive"
}
say "arrived at the sink"

# --- a stop in good order
for node in "${nodes[@]}"; do kill -TERM "$node"; done
for node in "${nodes[@]}"; do wait "$node" || fail "a node ended with exit code $?"; done
nodes=()
say "all stopped in good order"
