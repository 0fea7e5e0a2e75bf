#!/usr/bin/env bash
# Measures messages a second of one, two and three nodes on one PostgreSQL, at the same load for each node, with a next hop and a spam scanner that take 20 ms each.
# Usage: benchmarks/cluster/scaling.sh [--nodes 3] [--clients 2] [--delay 20] [--seconds 15] [--turns 3] [--least 2.7]
# Exit code: 0 when it was measured, 1 when the ratio is below --least, 2 when the run could not be made.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dotnet build "$here/../Pipeline.ScalingRun" --configuration Release --verbosity quiet --nologo
exec dotnet "$here/../Pipeline.ScalingRun/bin/Release/net10.0/linux-x64/Pipeline.ScalingRun.dll" "$@"
