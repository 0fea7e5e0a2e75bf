#!/usr/bin/env bash
# Makes what mutual TLS between nodes and operators needs: a private authority, and certificates that it signs.
#
#   certificates.sh DIR [--node NAME[,SAN...]]... [--operator NAME]... [--viewer NAME]... [--days N] [--renew]
#
# Each SAN is a host name or an IP address at which the node is reached; NAME itself is always one. In DIR come to be:
#
#   ca.crt, ca.key        the authority; ca.key signs and belongs on no node: keep it where you keep your own keys
#   node-NAME.crt, .key   serverAuth and clientAuth, role mailpipeline:node
#   operator-NAME.*       clientAuth, role mailpipeline:operator: may give orders
#   viewer-NAME.*         clientAuth, role mailpipeline:viewer: may look
#
# What exists stays as it is; --renew signs the named certificates anew, with the same key and, unless others are given, the same names. A running node takes a renewed file by itself.
# The authority is good for ten years, certificates for 397 days unless --days says otherwise.
set -euo pipefail
umask 077

usage() { sed -n '2,/^set -/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 2; }
fail() { echo "certificates.sh: $*" >&2; exit 1; }

command -v openssl >/dev/null || fail "openssl is not installed"
[ $# -ge 1 ] || usage
case $1 in -*) usage ;; esac
dir=$1; shift
days=397 renew=no wanted=()
while [ $# -gt 0 ]; do
  case $1 in
    --node|--operator|--viewer) [ $# -ge 2 ] || usage; wanted+=("${1#--}=$2"); shift 2 ;;
    --days) [ $# -ge 2 ] || usage; days=$2; shift 2 ;;
    --renew) renew=yes; shift ;;
    *) usage ;;
  esac
done
[[ $days =~ ^[1-9][0-9]{0,4}$ ]] || fail "--days: \"$days\" is not a number of days"

mkdir -p "$dir"
cd "$dir"
work=$(mktemp -d "$PWD/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT

new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$work/key" && mv "$work/key" "$1"; }

if [ ! -e ca.crt ]; then
  [ -e ca.key ] || new_key ca.key
  openssl req -x509 -new -sha256 -key ca.key -days 3650 -subj "/CN=MailPipeline private CA" -out "$work/ca.crt" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
  chmod 644 "$work/ca.crt"
  mv "$work/ca.crt" ca.crt
  echo "made ca.crt"
fi

# issue ROLE NAME SAN...
issue() {
  local role=$1 name=$2; shift 2
  local file=$role-$name usage=clientAuth san="URI:mailpipeline:$role"
  if [ "$role" = node ]; then
    usage=serverAuth,clientAuth
    for host in "$name" "$@"; do
      if [[ $host =~ ^[0-9.]+$ || $host == *:* ]]; then san+=",IP:$host"; else san+=",DNS:$host"; fi
    done
  fi
  if [ -e "$file.crt" ] && [ "$renew" = no ]; then
    echo "kept $file.crt"
    return
  fi
  if [ -e "$file.crt" ] && [ $# -eq 0 ]; then
    san=$(openssl x509 -in "$file.crt" -noout -ext subjectAltName | tail -n 1 | sed 's/^ *//; s/IP Address:/IP:/g; s/, /,/g')
  fi
  [ -e ca.key ] || fail "ca.key is not in $dir: only who has it can sign"
  [ -e "$file.key" ] || new_key "$file.key"
  chmod 600 "$file.key"
  printf '%s\n' "basicConstraints=critical,CA:FALSE" "keyUsage=critical,digitalSignature" "extendedKeyUsage=$usage" "subjectAltName=$san" \
    "subjectKeyIdentifier=hash" "authorityKeyIdentifier=keyid" >"$work/extensions"
  openssl req -new -sha256 -key "$file.key" -subj "/CN=$name" -out "$work/request" 2>"$work/log" \
    && openssl x509 -req -sha256 -in "$work/request" -CA ca.crt -CAkey ca.key -set_serial "0x$(openssl rand -hex 16)" -days "$days" \
      -extfile "$work/extensions" -out "$work/crt" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
  chmod 644 "$work/crt"
  mv "$work/crt" "$file.crt"
  echo "made $file.crt"
}

for one in "${wanted[@]}"; do
  role=${one%%=*}
  IFS=, read -ra names <<<"${one#*=}"
  [ ${#names[@]} -gt 0 ] || fail "--$role: a name is missing"
  for name in "${names[@]}"; do
    [[ $name =~ ^[A-Za-z0-9.:_@-]+$ ]] || fail "--$role: \"$name\": letters, digits and . : _ @ - only"
  done
  [[ ${names[0]} =~ ^[A-Za-z0-9] ]] || fail "--$role: \"${names[0]}\": a name begins with a letter or a digit"
  [ "$role" = node ] || [ ${#names[@]} -eq 1 ] || fail "--$role ${one#*=}: only nodes have further names"
  issue "$role" "${names[@]}"
done
