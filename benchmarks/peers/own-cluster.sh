#!/usr/bin/env bash
# Starts a PostgreSQL of its own, durable as it comes, and one MailPipeline node on it, for a side-by-side run: own.sh with the shared database
# in the place of SQLite. What is measured as the server's processor time is that of both.
# Environment: as for own.sh (all files are below WORKDIR); PGBIN (the folder of initdb and postgres; default: Debian's newest), PG_PORT (5499).
set -eu
: "${SMTP_PORT:?}" "${SINK_PORT:?}" "${WORKDIR:?}" "${MAILPIPELINE:?the published program: dotnet publish src/Pipeline.Node -c Release -o out}"
here=$(cd "$(dirname "$0")" && pwd)
PGBIN=${PGBIN:-$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)}
PG_PORT=${PG_PORT:-5499}

data=$WORKDIR/own-cluster
rm -rf "$data" # of the run before, when runs take turns
mkdir -p "$data"
chmod 755 "$WORKDIR" "$data"
as=()
if [ "$(id -u)" = 0 ]; then # PostgreSQL does not run as root
  as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  chown postgres "$data"
  "${as[@]}" test -w "$data" || { echo "own-cluster.sh: the user postgres cannot reach $WORKDIR: chmod 711 the folders above it" >&2; exit 1; }
fi
server= node=
clean_up() {
  for process in $node $server; do kill -INT "$process" 2>/dev/null || true; done
  wait || true
}
trap clean_up EXIT
trap 'exit 143' TERM INT

cd "$data"
"${as[@]}" "$PGBIN/initdb" -D "$data/pg" -A trust -U mail >"$data/initdb.log" 2>&1
"${as[@]}" "$PGBIN/postgres" -D "$data/pg" -p "$PG_PORT" -c listen_addresses=127.0.0.1 -c "unix_socket_directories=$data" -c max_connections=200 \
  -c shared_buffers=512MB -c wal_compression=lz4 -c max_wal_size=4GB -c checkpoint_timeout=15min >"$data/log" 2>&1 &
server=$!
for ((i = 0; i < 150; i++)); do "$PGBIN/psql" -h 127.0.0.1 -p "$PG_PORT" -U mail -d postgres -qc 'CREATE DATABASE mail' 2>/dev/null && break; sleep 0.1; done

export MAILPIPELINE_Name=own
export MAILPIPELINE_Cluster__Database="Host=127.0.0.1;Port=$PG_PORT;Username=mail;Database=mail"
bash "$here/own.sh" &
node=$!
wait "$node"
