#!/usr/bin/env bash
# From filing a request to reading it in its district: committed, cosigned by
# two of three watchers, while 100 readers go on.  All roles and the readers
# share this machine's cores.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/../tools/setup.sh"
readers=${PUBLISH_READERS:-100}
requests=${PUBLISH_REQUESTS:-500}
target=250

cd "$root"
prepare_c "$build"
build_c "$build" bench/publish src/keyd/porchlight-keyd
link_libexec "$build"
medians=()
for round in 1 2 3 4 5; do
	read -r p50 p99 max filed50 filed99 rate < <("$build/bench/publish" "$readers" \
	    $((requests / 5)) 2>/dev/null)
	echo "round $round: p50 $p50 ms, p99 $p99 ms, longest $max ms;" \
	    "until 201 p50 $filed50 ms, p99 $filed99 ms;" \
	    "$readers readers at $rate calls/s"
	medians+=("$p99")
done
p99=$(printf '%s\n' "${medians[@]}" | sort -n | sed -n 3p)
echo "publish: $p99 ms at p99, $(awk -v a="$p99" -v b="$target" \
    'BEGIN { printf "%.2f", a / b }') x the target ($target ms)"
