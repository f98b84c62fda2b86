# Sourced by run, test and bench/run: installs what is missing and builds.
#
# Each step first looks whether there is anything to do, so that a second start
# costs well under a second.  PORCHLIGHT_BUILD moves the build directory.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${PORCHLIGHT_BUILD:-$root/build}
export PORCHLIGHT_SOURCE=$root PORCHLIGHT_BUILD=$build
export PORCHLIGHT_LIBEXEC=$build/libexec
export PORCHLIGHT_SHARED=${PORCHLIGHT_SHARED:-$(dirname "$root")/shared}
export LC_ALL=C.UTF-8

say() {
	printf 'porchlight: %s\n' "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# One set-up at a time in a build directory; a second one waits.
setup_lock() {
	mkdir -p "$build"
	exec 9>"$build/.setup-lock"
	if ! flock -n 9; then
		say "waiting for another set-up in $build"
		flock 9
	fi
}

# The lock must not live on in the servers that are started next.
setup_unlock() {
	exec 9>&-
}

# packages SECTION...: the names in those sections of packages.txt.
packages() {
	awk -v want=" $* " '
		/^# [a-z]+$/ { on = index(want, " " $2 " ") > 0; next }
		on && /^[a-z0-9]/ { print $1 }' "$root/packages.txt" | sort -u
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif ! command -v sudo >/dev/null; then
		die "needs root to install packages, and there is no sudo"
	elif [ -t 0 ]; then
		sudo "$@"
	else
		sudo -n "$@"
	fi
}

# The output of long steps goes to a file, shown where the step failed.
quietly() {
	local log=$1
	shift
	if ! "$@" </dev/null >"$log" 2>&1; then
		head -n 20 "$log" >&2
		tail -n +21 "$log" | tail -n 20 >&2
		return 1
	fi
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -q \
	    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# try N COMMAND...: up to N times, with a pause between.
try() {
	local n=$1 i
	shift
	for ((i = 1; i <= n; i++)); do
		"$@" && return 0
		if [ "$i" -lt "$n" ]; then
			say "that failed; trying again in $((i * 5)) s"
			sleep $((i * 5))
		fi
	done
	return 1
}

# need_packages SECTION...: install those that are missing.
need_packages() {
	local missing
	if ! command -v dpkg-query >/dev/null; then
		say "this is no Debian: expecting the packages of packages.txt"
		return 0
	fi
	missing=$(comm -23 <(packages "$@") \
	    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' |
		awk '$1 == "installed" { print $2 }' | sort -u))
	[ -z "$missing" ] && return 0
	say "installing $(wc -w <<<"$missing") Debian packages" \
	    "(this can take some minutes):" $missing
	mkdir -p "$build"
	# A list of somebody else's that fails must not stop us: what we need
	# may be there all the same, and the install says so if it is not.
	try 3 quietly "$build/apt-update.log" apt update ||
		say "apt-get update failed; going on with what is known"
	try 3 quietly "$build/apt-install.log" apt install -y \
	    --no-install-recommends -o Dpkg::Options::=--force-confold \
	    $missing || die "the packages could not be installed"
}

# node_at_least MAJOR MINOR
node_at_least() {
	local v
	v=$(node --version 2>/dev/null) || return 1
	v=${v#v}
	[ "${v%%.*}" -gt "$1" ] && return 0
	[ "${v%%.*}" -eq "$1" ] || return 1
	v=${v#*.}
	[ "${v%%.*}" -ge "$2" ]
}

# A Node.js that the web build takes.  Debian 12 has 18; the npm registry has
# newer ones as packages.
need_node() {
	local version=22.23.3 arch dir
	node_at_least 20 19 && command -v npm >/dev/null && return 0
	if ! node_at_least 18 0 || ! command -v npm >/dev/null; then
		need_packages node
		node_at_least 20 19 && return 0
	fi
	case $(uname -m) in
	x86_64) arch=x64 ;;
	aarch64) arch=arm64 ;;
	*) die "needs Node.js 20.19 or newer, and knows none for $(uname -m)" ;;
	esac
	dir=$build/node
	if [ ! -x "$dir/node_modules/node-linux-$arch/bin/node" ]; then
		say "installing Node.js $version for the build of the pages"
		mkdir -p "$dir"
		echo '{"private": true}' >"$dir/package.json"
		try 3 quietly "$build/node.log" npm install --prefix "$dir" \
		    --no-audit --no-fund --no-save \
		    "node-linux-$arch@$version" ||
			die "Node.js could not be installed"
	fi
	export PATH=$dir/node_modules/node-linux-$arch/bin:$PATH
	hash -r
}

npm_ci() {
	(cd "$root/web" && npm ci --no-audit --no-fund)
}

# Only a failing network is worth another try, not a wrong lock file.
install_npm() {
	quietly "$build/npm.log" npm_ci && return 0
	grep -q 'npm error code EUSAGE' "$build/npm.log" && return 1
	try 2 quietly "$build/npm.log" npm_ci
}

npm_build() {
	(cd "$root/web" && npm run --if-present build)
}

# The pages: packages when the lock file changed, a build when a source did.
build_web() {
	local now
	[ -f "$root/web/package-lock.json" ] || return 0
	need_node
	now=$(node --version; sha256sum <"$root/web/package-lock.json")
	if [ ! -d "$root/web/node_modules" ] ||
	    [ "$now" != "$(cat "$build/npm.stamp" 2>/dev/null)" ]; then
		say "installing the npm packages of the pages"
		install_npm || return 1
		printf '%s\n' "$now" >"$build/npm.stamp"
	fi
	now=$(
		cat "$build/npm.stamp"
		cd "$root/web" &&
			find . \( -path ./node_modules -o -path ./dist \) \
			    -prune -o -type f -printf '%p %T@ %s\n' |
			sort | sha256sum
	)
	if [ ! -d "$root/web/dist" ] ||
	    [ "$now" != "$(cat "$build/web.stamp" 2>/dev/null)" ]; then
		say "building the pages"
		quietly "$build/web.log" npm_build || return 1
		printf '%s\n' "$now" >"$build/web.stamp"
	fi
}

# prepare_c DIR [MESON OPTION...]
prepare_c() {
	local dir=$1
	shift
	if [ -f "$dir/build.ninja" ]; then
		# Brings it up to date with the meson.build files.
		quietly "$build/meson.log" ninja -C "$dir" build.ninja
		return
	fi
	say "preparing the build in $dir"
	mkdir -p "$dir"
	quietly "$build/meson.log" meson setup "$@" "$dir" "$root"
}

# build_c DIR [TARGET...]: all that can be built is, so that one broken file
# does not hide the tests of the others.
build_c() {
	local dir=$1 quiet=()
	shift
	[ -t 2 ] || quiet=(--quiet)
	if ! ninja -C "$dir" -n "$@" 2>/dev/null | grep -q 'no work to do'; then
		say "building in $dir (the first time takes a few minutes)"
		ninja -C "$dir" -k 0 "${quiet[@]}" "$@" >&2 || return 1
	fi
}

# programs DIR: the ninja targets of the programs that ./run starts.
programs() {
	sed -n 's/^build \(src\/[^ ]*\/porchlight[a-z-]*\): .*/\1/p' \
	    "$1/build.ninja"
}

# link_libexec DIR: the programs of ours side by side, as when installed.
link_libexec() {
	local dir=$1 f
	mkdir -p "$dir/libexec"
	while IFS= read -r f; do
		ln -sfn "$f" "$dir/libexec/${f##*/}"
	done < <(find "$dir/src" -maxdepth 4 -type f -perm -u+x \
	    -name 'porchlight*')
}
