#!/usr/bin/env bash
# Runs what docker-compose.cluster.yml runs, as processes on this machine: publishes the program, makes certificates, starts PostgreSQL, and
# rspamd where it is installed, starts the nodes with the settings of cluster-config/compose on free ports of loopback, sends a message through, and stops everything.
#
#   packaging/run-without-docker.sh
#
# MAILPIPELINE=FILE runs that program instead of publishing one. Nothing is left behind; exit code 0 when every step succeeded.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d /tmp/mpr.XXXXXX)
chmod 755 "$work"
nodes=() postgres= rspamd=

say() { echo "== $*"; }
fail() { echo "run-without-docker.sh: $*" >&2; tail -n 20 "$work"/*.log >&2 2>/dev/null || true; exit 1; }

clean_up() {
  for node in "${nodes[@]}"; do kill -KILL "$node" 2>/dev/null || true; done
  [ -z "$rspamd" ] || kill -TERM "$rspamd" 2>/dev/null || true
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

# A port that nobody listens on, below those that the system gives away.
free_port() {
  local port
  while port=$((20000 + RANDOM % 10000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

# The port after a phrase in a node's log.
port() { sed -n "s/.*$2[^0-9]*127\.0\.0\.1:\([0-9]*\).*/\1/p" "$work/$1.log" | head -n 1; }

# --- the sink
start sink sink.conf sink.json
sink=$(port sink 'listening on')

# --- rspamd, with the settings of its container; a cluster runs without it as well
scanning=$work/rspamd/rspamd.sock
if command -v rspamd >/dev/null; then
  mkdir -p "$work/rspamd/run" "$work/rspamd/db"
  cp -r "$work/etc/rspamd/local.d" "$work/rspamd/local.d"
  sed -i "s#\*:11333#$scanning mode=0666#" "$work/rspamd/local.d/worker-normal.inc"
  echo 'dns { nameserver = ["127.0.0.1:1"]; timeout = 1s; retransmits = 1; }' >"$work/rspamd/local.d/options.inc" # it asks nothing of any network
  as=()
  if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid=_rspamd --regid=_rspamd --clear-groups); chown -R _rspamd "$work/rspamd"; fi
  "${as[@]}" rspamd --no-fork --config /etc/rspamd/rspamd.conf --var=LOCAL_CONFDIR="$work/rspamd" --var=RUNDIR="$work/rspamd/run" \
    --var=DBDIR="$work/rspamd/db" --var=LOGDIR="$work/rspamd/run" >"$work/rspamd.log" 2>&1 &
  rspamd=$!
  eventually 60 [ -S "$scanning" ] || fail "rspamd does not start"
  say "rspamd is ready"
else
  say "rspamd is not installed: messages go unscanned"
fi

# --- PostgreSQL and the cluster
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
around=(SINK_HOST=127.0.0.1 "SINK_PORT=$sink" "SPAMD=$scanning variant=rspamd")
start receiver-1 mailpipeline.conf receiver.json "${around[@]}"
start receiver-2 mailpipeline.conf receiver.json "${around[@]}"
# Others look the scanner up in the database: it has to know its port when it joins.
sed -i "s#127\.0\.0\.1:0#127.0.0.1:$(free_port)#" "$work/etc/scanner.json"
start scanner-1 mailpipeline.conf scanner.json "${around[@]}"
start deliverer-1 mailpipeline.conf deliverer.json "${around[@]}"
start deliverer-2 mailpipeline.conf deliverer.json "${around[@]}"
receiver=receiver-1

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
if [ -n "$rspamd" ]; then
  grep -s '^X-Spam-Score: ' "$work"/sink/mail/new/* || fail "the message has not been scanned"
fi

# --- a stop in good order
for node in "${nodes[@]}"; do kill -TERM "$node"; done
for node in "${nodes[@]}"; do wait "$node" || fail "a node ended with exit code $?"; done
nodes=()
say "all stopped in good order"
