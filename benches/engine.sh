#!/usr/bin/env bash
# Our engine beside kinesalite, one after the other, the same load on both: 4 shards, records of 1 KiB, no limits.
#   benches/engine.sh [seconds per case, 5 by default]
# Ours answers once the disk has it (fsync); kinesalite keeps everything in memory; the null server, on the same HTTP server as ours, only reads
# and answers: the ceiling. Needs wrk, node and `npm ci` in tests/Peers.Tests.
set -euo pipefail
seconds=${1:-5}
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
peers=$root/tests/Peers.Tests
for tool in wrk node dotnet; do command -v "$tool" >/dev/null || { echo "$tool is not on PATH" >&2; exit 1; }; done
[ -d "$peers/node_modules/kinesalite" ] || { echo "run 'npm ci' in tests/Peers.Tests first" >&2; exit 1; }

work=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; server=; fi
}
trap 'stop; rm -rf "$work"' EXIT

# Prints the address as soon as the server's output has it.
address() {
  for _ in $(seq 300); do
    found=$(grep -oE "$1" "$work/out" | head -1 | grep -oE '[0-9]+$' || true)
    if [ -n "$found" ]; then echo "http://127.0.0.1:$found"; return; fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  echo "the server did not start:" >&2; cat "$work/out" >&2; exit 1
}

puts() {
  for case in "500 8" "100 8" "1 32"; do
    set -- "$1" "$2" $case
    wrk -t 2 -c "$4" -d "${seconds}s" --timeout 30s -s "$here/engine/put.lua" "$2" "$1" "$3" | grep '^|'
  done
}

measure() {
  node "$here/engine/stream.js" "$2" create
  puts "$1" "$2"
  node "$here/engine/stream.js" "$2" read "$1"
}

for project in "$root/src/Dashboard" "$here/NullServer"; do
  dotnet build -c Release "$project" -v q -nologo >"$work/build" 2>&1 || { cat "$work/build" >&2; exit 1; }
done
echo "$(nproc) cores, $seconds s a case"
echo
echo "| engine | case | records/s | MB/s | p50 ms | p99 ms | errors |"
echo "| --- | --- | --- | --- | --- | --- | --- |"

dotnet "$root/src/Dashboard/bin/Release/net10.0/Weir.Dashboard.dll" kinesis --port 0 --data "$work/data" --limits none >"$work/out" 2>&1 &
server=$!
measure "Weir, fsync" "$(address 'ready at http://127.0.0.1:[0-9]+')"
stop

node -r "$peers/loopback.js" "$peers/node_modules/kinesalite/cli.js" --port 4567 --createStreamMs 50 >"$work/out" 2>&1 &
server=$!
measure "kinesalite, memory" "$(address 'listening 4567 [0-9]+')"
stop

dotnet "$here/NullServer/bin/Release/net10.0/Weir.NullServer.dll" 0 >"$work/out" 2>&1 &
server=$!
puts "null server" "$(address 'ready at http://127.0.0.1:[0-9]+')"
stop
