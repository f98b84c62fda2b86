# Sourced by feed.sh and feed-304.sh, which set name and same (yes or no).
#
# GET of one body of 4 KiB over 200 connections that are kept.  The server has
# core 0 and wrk core 1; ours, nginx and bare libmicrohttpd take turns, five
# rounds each, and the medians are compared.
. "$(dirname "${BASH_SOURCE[0]}")/../tools/setup.sh"
seconds=${FEED_SECONDS:-3}
rounds=${FEED_ROUNDS:-5}
path=/v1/feed/12/1171/1566

cd "$root"
build_c "$build" -- src/httpd/libhttpd.a src/base/libbase.a
dir=$(mktemp -d)
pids=()
end() {
	for p in "${pids[@]}"; do
		kill "$p" 2>/dev/null || true
	done
	wait
	rm -rf "$dir"
}
trap end EXIT
cc -std=c11 -O2 -g -D_GNU_SOURCE -Wall -Wextra -Werror -pthread -Isrc \
    bench/feed.c -o "$dir/feed" "$build/src/httpd/libhttpd.a" \
    "$build/src/base/libbase.a" \
    $(pkg-config --libs libmicrohttpd jansson inih zlib libbrotlienc)

# The same bytes for all three: 4 KiB of GeoJSON.
mkdir -p "$dir/www${path%/*}"
body=$dir/www$path
awk 'BEGIN {
	printf "{\"features\":["
	for (i = 0; i < 35; i++)
		printf "%s{\"geometry\":{\"coordinates\":[%.4f,%.4f],\"type\":" \
		    "\"Point\"},\"properties\":{\"n\":%d},\"type\":\"Feature\"}",
		    i ? "," : "", i * 5.1 - 80, i * 2.3 - 30, i
	printf "],\"type\":\"FeatureCollection\"}"
}' | awk '{ printf "%-4096.4096s", $0 }' >"$body"
etag=$(sha256sum <"$body" | cut -d' ' -f1)

cat >"$dir/nginx.conf" <<END
daemon off;
master_process off;
worker_processes 1;
pid $dir/nginx.pid;
error_log /dev/null;
events { worker_connections 1024; }
http {
	access_log off;
	default_type application/geo+json;
	open_file_cache max=100;
	open_file_cache_valid 1h;
	sendfile on;
	tcp_nopush on;
	keepalive_timeout 600;
	keepalive_requests 1000000000;
	client_body_temp_path $dir;
	proxy_temp_path $dir;
	fastcgi_temp_path $dir;
	uwsgi_temp_path $dir;
	scgi_temp_path $dir;
	server {
		listen unix:$dir/unused;
		listen 127.0.0.1:PORT;
		root $dir/www;
	}
}
END

# start MODE: one of our two programs; its port into $port.
start() {
	mkfifo "$dir/$1.in" "$dir/$1.out"
	taskset -c 0 "$dir/feed" "$1" "$body" "$etag" \
	    <"$dir/$1.in" >"$dir/$1.out" &
	pids+=($!)
	exec {hold}>"$dir/$1.in"
	read -r port <"$dir/$1.out"
}

start_nginx() {
	local i
	for ((i = 0; i < 20; i++)); do
		port=$((20000 + RANDOM % 10000))
		sed "s/PORT/$port/" "$dir/nginx.conf" >"$dir/used.conf"
		taskset -c 0 nginx -p "$dir" -c "$dir/used.conf" \
		    2>/dev/null &
		pids+=($!)
		curl -sf -o /dev/null --retry 20 --retry-connrefused \
		    --retry-delay 1 "http://127.0.0.1:$port$path" && return
	done
	die "nginx did not start"
}

start httpd
at_httpd=http://127.0.0.1:$port$path
start bare
at_bare=http://127.0.0.1:$port$path
start_nginx
at_nginx=http://127.0.0.1:$port$path

# Each is asked for what it said itself.
want=200
declare -A header=([httpd]='' [bare]='' [nginx]='')
for s in httpd bare nginx; do
	at=at_$s
	curl -sf "${!at}" | cmp - "$body" || die "$s serves other bytes"
	[ "$same" = yes ] || continue
	want=304
	header[$s]="If-None-Match: $(curl -sfI "${!at}" |
		sed -n 's/^[Ee][Tt][Aa][Gg]: *//p' | tr -d '\r')"
	code=$(curl -s -o /dev/null -w '%{http_code}' -H "${header[$s]}" \
	    "${!at}")
	[ "$code" = 304 ] || die "$s answers $code instead of 304"
done

# measure SERVER: its requests a second into $rate.
measure() {
	local at=at_$1 out
	out=$(taskset -c 1 wrk -t1 -c200 -d"${2:-$seconds}" \
	    ${header[$1]:+-H "${header[$1]}"} "${!at}")
	if grep -q 'Non-2xx or 3xx\|Socket errors' <<<"$out"; then
		say "$1: $(grep 'Non-2xx\|Socket' <<<"$out" | tr -s ' ')"
	fi
	rate=$(awk '/^Requests\/sec/ { printf "%.0f", $2 }' <<<"$out")
}

median() {
	printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"
}

echo "200 connections, $(stat -c %s "$body") bytes, answers $want," \
    "$rounds rounds of $seconds s each; server on core 0, wrk on core 1"
for s in httpd nginx bare; do
	measure $s 1
done
declare -a r_httpd r_nginx r_bare
for ((i = 1; i <= rounds; i++)); do
	measure httpd
	r_httpd+=("$rate")
	measure nginx
	r_nginx+=("$rate")
	measure bare
	r_bare+=("$rate")
	echo "round $i: ours ${r_httpd[-1]}, nginx ${r_nginx[-1]}," \
	    "bare libmicrohttpd ${r_bare[-1]} requests/s"
done
ours=$(median "${r_httpd[@]}")
nginx=$(median "${r_nginx[@]}")
bare=$(median "${r_bare[@]}")
ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}
echo "bare libmicrohttpd: $bare requests/s; ours is" \
    "$(ratio "$ours" "$bare") x that"
echo "$name: $ours requests/s, $(ratio "$ours" "$nginx") x nginx ($nginx/s)"
