#!/usr/bin/env bash
# Runs a cluster of real processes on a real PostgreSQL under load, breaks something in every round, and accounts for every message.
# Usage: benchmarks/cluster/run.sh [--rounds 200] [--nodes 5] [--seed 1] [--messages 120] [--fault Kill]
#        benchmarks/cluster/run.sh --crash-points 5 [--promptly | --phase accept|route|deliver|takeover]
# Exit code: 0 when every message is accounted for, 1 when there is a difference, 2 when the run could not be made.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
said=$(dotnet build "$here/../Pipeline.ClusterRun" --configuration Release --output "$here/out" --verbosity quiet --nologo 2>&1) || { printf '%s\n' "$said" >&2; exit 2; }
exec dotnet "$here/out/Pipeline.ClusterRun.dll" "$@"
