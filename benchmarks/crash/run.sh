#!/usr/bin/env bash
# Sends mail while the node is killed with SIGKILL again and again, then shows that nothing was lost and nothing came twice.
# Usage: benchmarks/crash/run.sh [--binary PATH] [--messages 5000] [--connections 50] [--kills 5] [--seed 1] [--folder DIR] [--keep]
# Exit code: 0 when every message is accounted for, 1 when there is a difference, 2 when the run could not be made.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
for argument in "$@"; do
  case $argument in
    --binary | --binary=*) exec python3 "$here/crash.py" "$@" ;;
  esac
done
dotnet publish "$root/src/Pipeline.Node" --configuration Release --output "$here/out" --verbosity quiet --nologo
exec python3 "$here/crash.py" --binary "$here/out/mailpipeline" "$@"
