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
log=$(mktemp); again=$(mktemp); trap 'rm -f "$log" "$again"' EXIT
run_tests() { dotnet test --configuration "$configuration" --no-build --no-ansi --progress off "$@" 2>&1; }

# passed, failed and skipped as the summary of a log counts them.
counts() {
  awk '
    /^Test run summary/ { seen = 1 }
    seen && $1 == "succeeded:" { p = $2 } seen && $1 == "failed:" { f = $2 } seen && $1 == "skipped:" { s = $2 }
    END { printf "%d %d %d\n", p, f, s }' "$1"
}

# A line "project method" for each test that a log names as failed.
failures() {
  awk '
    /^failed Weir\./ { sub(/\(.*/, "", $2); method = $2; next }
    method != "" && $1 == "from" { n = split($2, parts, "/"); sub(/\.dll$/, "", parts[n]); sub(/^Weir\./, "", parts[n]); print parts[n], method; method = "" }' "$1" | sort -u
}

# What a log says of its failed tests, without what the servers under test printed.
explain() { awk '/^failed Weir\./ { left = 25 } /^[^ ]/ && !/^failed / { left = 0 } /^  (Standard|Error) output/ { left = 0 } left-- > 0' "$1"; }

# One project at a time: several start servers and a browser, and would otherwise wait for each other's processor.
run_tests --solution Dashboard.sln --max-parallel-test-modules 1 "$@" | tee "$log"
status=${PIPESTATUS[0]}
read -r passed failed skipped < <(counts "$log")

# Real servers, kills and browsers race with the machine: a few failures are tried once more, alone. What passes then is
# named as unsteady, so that its race is looked for; what fails twice, and a project that ended early (not status 2), fails the run.
unsteady=()
mapfile -t lost < <(failures "$log")
if [ "$status" -eq 2 ] && [ "${#lost[@]}" -ge 1 ] && [ "${#lost[@]}" -le 5 ]; then
  say "once more, what failed"
  recovered=0
  for project in $(printf '%s\n' "${lost[@]}" | cut -d' ' -f1 | sort -u); do
    mapfile -t methods < <(printf '%s\n' "${lost[@]}" | awk -v project="$project" '$1 == project { print $2 }')
    filters=(); for method in "${methods[@]}"; do filters+=(--filter-method "$method"); done
    before=$(awk -v project="Weir.$project.dll" 'index($0, project) && match($0, /failed with [0-9]+ error/) { print substr($0, RSTART + 12) + 0; exit }' "$log")
    if run_tests --project "tests/$project" -- "${filters[@]}" > "$again"; then
      recovered=$((recovered + before)); unsteady+=("${methods[@]}")
    else
      explain "$again"
    fi
  done
  passed=$((passed + recovered)); failed=$((failed - recovered))
  [ "$failed" -gt 0 ] || status=0
fi

if [ "$failed" -gt 0 ]; then say "failed"; explain "$log"; fi
if [ ${#unsteady[@]} -gt 0 ]; then say "failed once, passed alone"; explain "$log"; printf 'unsteady: %s\n' "${unsteady[@]}"; fi
[ "$passed" -gt 0 ] || status=1
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
exit "$status"
