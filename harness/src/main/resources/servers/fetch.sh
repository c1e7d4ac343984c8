#!/bin/bash
# fetch.sh FOLDER SUITE: unpacks the Valkey and Redis servers of a Debian suite into FOLDER, each with the libraries that it was built
# against and started by the loader that belongs to them. Nothing on the machine changes, and nobody need be root.
#
#   FOLDER/bin/redis-server-8.0, FOLDER/bin/valkey-server-9.1      named as scenarios look for them
set -euo pipefail
folder=$1
suite=$2

for tool in apt-get apt-cache dpkg; do
    command -v "$tool" >/dev/null || { echo "$tool: not found (expected: Debian, or a system with its package tools)" >&2; exit 2; }
done

# The mirror that this machine's own sources name.
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
    sed -nE 's/^URIs:[[:space:]]*([^[:space:]]+).*/\1/p; s/^deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+).*/\2/p' |
    grep -E '/debian/?$' | head -n 1 || true)
[[ -n $mirror ]] || { echo "/etc/apt: no Debian mirror among the sources (expected: one that ends in /debian)" >&2; exit 2; }

mkdir -p "$folder"/{lists/partial,packages,root,bin}
key=/usr/share/keyrings/debian-archive-keyring.gpg
signed=$([[ -f $key ]] && echo "[signed-by=$key] " || true)
echo "deb $signed$mirror $suite main" >"$folder/sources.list"
own=(-o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::Lists="$folder/lists"
    -o Dir::State::status=/dev/null -o Debug::NoLocking=1 -o APT::Sandbox::User=)

echo "Reading $suite's list of packages"
apt-get "${own[@]}" update -qq
servers=(valkey-server valkey-tools redis-server redis-tools)
libraries=$(apt-cache "${own[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
    --no-enhances "${servers[@]}" | grep -E '^(lib|zlib1g|lua)' | sed 's/:.*//' | sort -u)

cd "$folder/packages"
for package in "${servers[@]}" $libraries; do
    echo "Fetching $package"
    # A name that only others provide has no package of its own: what is really lacking shows when the server is started.
    apt-get "${own[@]}" download -qq "$package" >/dev/null 2>&1 || true
done
for package in *.deb; do
    dpkg -x "$package" "$folder/root"
done

loader=$(find "$folder/root" -name 'ld-linux*.so.*' ! -type l | head -n 1)
paths=$(find "$folder/root" -type d -path '*/lib/*-linux-gnu*' | paste -sd:)
for kind in valkey redis; do
    program=$(readlink -f "$folder/root/usr/bin/$kind-server" || true)
    [[ -f $program && -n $loader ]] || { echo "$kind-server: not in $suite" >&2; continue; }
    # One program is all of them: its name says which. So the loader is told it.
    run=("$loader" --argv0 "$kind-server" --library-path "$paths" "$program")
    version=$("${run[@]}" --version | sed -nE 's/.* v=([0-9]+\.[0-9]+)\..*/\1/p' || true)
    [[ -n $version ]] || { echo "$kind-server of $suite does not start here" >&2; continue; }
    start=$folder/bin/$kind-server-$version
    printf '#!/bin/sh\nexec "%s" --argv0 %s --library-path "%s" "%s" "$@"\n' "$loader" "$kind-server" "$paths" "$program" >"$start"
    chmod +x "$start"
    echo "$kind-$version: $start"
done
[[ -n $(ls "$folder/bin") ]] || { echo "$suite: no server came of it" >&2; exit 1; }
