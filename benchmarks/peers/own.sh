#!/usr/bin/env bash
# Starts MailPipeline for a side-by-side run: durable accept on $SMTP_PORT, delivery to the sink on $SINK_PORT, all files below $WORKDIR.
# Environment: SMTP_PORT SINK_PORT WORKDIR, WORKLOAD (deliver, queue or discard), MAILPIPELINE (the published program).
set -eu
: "${SMTP_PORT:?}" "${SINK_PORT:?}" "${WORKDIR:?}" "${MAILPIPELINE:?the published program: dotnet publish src/Pipeline.Node -c Release -o out}"
case ${WORKLOAD:-deliver} in
  discard) data='data = :blackhole:' ;;
  *) data='' ;;
esac
mkdir -p "$WORKDIR/own"
cat >"$WORKDIR/own/mailpipeline.conf" <<CONF
primary_hostname = bench.example
spool_directory = $WORKDIR/own/spool
local_interfaces = 127.0.0.1
daemon_smtp_ports = $SMTP_PORT
acl_smtp_rcpt = accept_all
begin acl
accept_all:
  accept
begin routers
$( [ -n "$data" ] && printf 'discard:\n  driver = redirect\n  %s\n' "$data" )
sink:
  driver = manualroute
  route_list = * 127.0.0.1 byname
  self = send
  transport = sink
begin transports
sink:
  driver = smtp
  port = $SINK_PORT
  allow_localhost
begin retry
* * F,1h,1m
CONF
exec "$MAILPIPELINE" run -C "$WORKDIR/own/mailpipeline.conf" >"$WORKDIR/own/log" 2>&1
