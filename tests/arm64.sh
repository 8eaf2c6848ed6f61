#!/usr/bin/env bash
# Runs a build for another processor beside this machine's own: both must say the same of every test vector and of a folder of
# frames. tests/arm64.sh EMULATOR... PROGRAM
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --locked --bin wicket
own=(target/debug/wicket)
other=("$@")
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# Exit status 1: some vectors are there to be refused.
verify() { "$@" ticket verify --keys tests/vectors/tickets.jwks --event spring-26 --jsonl < tests/vectors/tickets.jsonl || [ $? = 1 ]; }
scan() {
    "$@" scan --keys tests/frames/keys.jwks --event spring-26 --at 1795000000 --frames tests/frames/stills --json |
        sed 's/"latency_us":[0-9]*//'
}
for what in verify scan; do
    "$what" "${own[@]}" > "$folder/own"
    "$what" "${other[@]}" > "$folder/other"
    [ -s "$folder/own" ] || { echo "$what: this machine's program says nothing" >&2; exit 1; }
    diff "$folder/own" "$folder/other" || { echo "$what: the two differ" >&2; exit 1; }
    echo "$what: $(wc -l < "$folder/own") lines, the same on both"
done
