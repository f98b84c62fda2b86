#!/usr/bin/env bash
# Durable log entries per second: 256 threads, 1 KiB notes that are verified
# already, and 5 ms added to each fsync and fdatasync, as a disk would take.
# The peer is the same database with a commit for each call.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/../tools/setup.sh"
threads=${APPEND_THREADS:-256}
seconds=${APPEND_SECONDS:-10}
delay_us=${APPEND_DELAY_US:-5000}

cd "$root"
prepare_c "$build"
build_c "$build" src/store/libstore.a src/base/libbase.a
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
flags=(-std=c11 -O2 -g -D_GNU_SOURCE -Wall -Wextra -Werror -pthread -Isrc)
cc "${flags[@]}" -fPIC -shared bench/slowsync.c -o "$dir/slowsync.so" -ldl
cc "${flags[@]}" bench/append.c -o "$dir/append" "$build/src/store/libstore.a" \
    "$build/src/base/libbase.a" $(pkg-config --libs sqlite3 jansson inih) -ldl

# measure MODE SECONDS: sets rate, p50, p99, entries, commits, flushes
measure() {
	read -r rate p50 p99 entries commits flushes < <(
		LD_PRELOAD=$dir/slowsync.so SLOWSYNC_US=$delay_us \
		    "$dir/append" "$dir" "$1" "$threads" "$2"
	)
	echo "$1: $rate entries/s, p50 $p50 ms, p99 $p99 ms; $entries entries" \
	    "in $commits commits, $flushes flushes," \
	    "$(awk -v a="$entries" -v b="$flushes" \
		'BEGIN { printf "%.1f", a / (b + (b == 0)) }') entries a flush"
}

echo "$threads threads, $delay_us us added to a flush, $seconds s"
measure alone $(((seconds + 1) / 2))
peer=$rate
measure shared "$seconds"
awk -v p="$p99" 'BEGIN { exit !(p <= 250) }' ||
	echo "p99 is over 250 ms: $p99 ms"
echo "append: $rate entries/s, $(awk -v a="$rate" -v b="$peer" \
    'BEGIN { printf "%.0f", a / b }') x one commit a call ($peer/s)"
