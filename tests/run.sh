#!/usr/bin/env bash
# Installs what the tests need, builds, runs every test and ends with the line "N passed, N failed, N skipped".
# Usage: bash tests/run.sh [options for `dotnet test`]. WEIR_CONFIGURATION chooses Debug or Release (default Release).
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
configuration=${WEIR_CONFIGURATION:-Release}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

say() { printf '== %s\n' "$1"; }

# Third-party programs the tests talk to. Where they cannot be installed, their tests are skipped by name.
install_packages() {
  local missing=()
  command -v chromium >/dev/null || missing+=(chromium fonts-dejavu-core)
  command -v aws >/dev/null || missing+=(awscli)
  python3 -c 'import boto3' 2>/dev/null || missing+=(python3-boto3)
  command -v wrk >/dev/null || missing+=(wrk)
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null || { say "no apt-get: tests that need ${missing[*]} will be skipped"; return; }
  local root=(); [ "$(id -u)" -eq 0 ] || root=(sudo -n)
  say "installing ${missing[*]}"
  if ! { "${root[@]}" apt-get update -qq && DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null; then
    say "could not install ${missing[*]}: their tests will be skipped"
  fi
}

install_peers() {
  local folder
  for folder in tests/*/package-lock.json; do
    [ -e "$folder" ] || continue
    folder=$(dirname "$folder")
    if [ ! -e "$folder/node_modules/.package-lock.json" ] || [ "$folder/package-lock.json" -nt "$folder/node_modules/.package-lock.json" ]; then
      say "installing the npm peers of $folder"
      (cd "$folder" && npm ci --no-audit --no-fund --silent) || say "npm ci failed in $folder: its tests will be skipped"
    fi
  done
}

install_packages
install_peers

say "building ($configuration)"
dotnet build Dashboard.sln --configuration "$configuration" -v q -clp:NoSummary || exit 1

say "testing"
log=$(mktemp); trap 'rm -f "$log"' EXIT
# One project at a time: several start servers and a browser, and would otherwise wait for each other's processor.
dotnet test --solution Dashboard.sln --configuration "$configuration" --no-build --no-ansi --progress off --max-parallel-test-modules 1 "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}

read -r passed failed skipped < <(awk '
  /^Test run summary/ { seen = 1 }
  seen && $1 == "succeeded:" { p = $2 } seen && $1 == "failed:" { f = $2 } seen && $1 == "skipped:" { s = $2 }
  END { printf "%d %d %d\n", p, f, s }' "$log")
[ "$passed" -gt 0 ] || status=1
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
exit "$status"
