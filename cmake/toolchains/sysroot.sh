#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Unpacks the libraries of cmake/apt.txt, and what they need, for another architecture into a folder. Neither the
# machine's packages nor its list of architectures change, and no root is needed.
set -eu
[ $# -eq 2 ] || { echo "usage: sysroot.sh ARCHITECTURE FOLDER (as in: sysroot.sh arm64 build/sysroot-arm64)" >&2 && exit 2; }
architecture=$1
mkdir -p "$2"
folder=$(CDPATH='' cd -- "$2" && pwd -P)
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
[ ! -e "$folder/made" ] || exit 0

work=$folder/packages
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
: >"$work/state/status"
apt() {
  apt-get -q -o APT::Architecture="$architecture" -o APT::Architectures::="$architecture" -o Dir::State="$work/state" \
    -o Dir::State::status="$work/state/status" -o Dir::Cache="$work/cache" -o Debug::NoLocking=1 "$@"
}
apt update
# shellcheck disable=SC2046  # one word a package; tools run on this machine, not there
apt install -y --no-install-recommends --download-only libstdc++6 \
  $(sed 's/#.*//' "$root/cmake/apt.txt" | grep -v -E '^(g\+\+|cmake|ninja-build|dataset-.*)$')
for package in "$work"/cache/archives/*.deb; do
  dpkg-deb -x "$package" "$folder"
done
rm -rf "$work"
touch "$folder/made"
