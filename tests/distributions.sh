#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds and tests a fresh clone in a bare Debian of another release, as a new user would: all that it needs comes
# through ./run. Warnings are errors there. Needs root, debootstrap and some 3 GB.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)

usage() {
  cat <<END
usage: tests/distributions.sh SUITE [COMPILER] [-- COMMAND...]

  SUITE      bookworm, trixie, sid or any other that debootstrap knows
  COMPILER   g++ (the default), or another with a package of its name: g++-13, clang, clang-19
  COMMAND    what runs in the clone's root instead of ./run tests and a short ./run gan_mnist

The system is kept in \$XGRAD_DISTRIBUTIONS (default: build/distributions) and used again; the clone is made anew, with a
build folder for each compiler.
END
}

case ${1:-} in
  '' | -h | --help) usage && exit 0 ;;
esac
suite=$1
shift
compiler=g++
if [ $# -gt 0 ] && [ "$1" != -- ]; then
  compiler=$1
  shift
fi
[ "${1:-}" != -- ] || shift
case $compiler in
  g++*) cxx=$compiler package=$compiler ;;
  clang*) cxx=$(printf '%s' "$compiler" | sed 's/^clang/clang++/') package=$compiler ;;
  *) echo "distributions.sh: unknown compiler $compiler (g++, g++-13, clang, clang-19)" >&2 && exit 2 ;;
esac
[ "$(id -u)" -eq 0 ] || { echo "distributions.sh: debootstrap and chroot need root" >&2 && exit 1; }
command -v debootstrap >/dev/null || { echo "distributions.sh: apt-get install debootstrap" >&2 && exit 3; }

system=${XGRAD_DISTRIBUTIONS:-$root/build/distributions}/$suite
if [ ! -e "$system/made" ]; then
  mkdir -p "$system"
  debootstrap --variant=minbase "$suite" "$system"
  # A mirror may be a snapshot of some time ago.
  echo 'Acquire::Check-Valid-Until "false";' >"$system/etc/apt/apt.conf.d/99old-mirror"
  touch "$system/made"
fi
cp /etc/resolv.conf "$system/etc/resolv.conf"

# Nothing of the host but /proc is bound, and that goes before the script does.
leave() { umount "$system/proc" 2>/dev/null || true; }
trap leave EXIT
trap 'exit 130' INT TERM
mountpoint -q "$system/proc" || mount -t proc proc "$system/proc"

rm -rf --one-file-system "$system/xgrad.new"
git clone --quiet --no-hardlinks "$root" "$system/xgrad.new"
mkdir -p "$system/builds/$compiler" "$system/xgrad"
# What was built stays; a file that did not change keeps its time, so that only what changed is built again.
(cd "$system/xgrad" && find . -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf --one-file-system {} +)
cp -a "$system/xgrad.new/." "$system/xgrad/"
rm -rf --one-file-system "$system/xgrad.new"
ln -sfn "../builds/$compiler" "$system/xgrad/build"

if [ $# -eq 0 ]; then
  set -- sh -c './run tests && ./run gan_mnist train --steps 50 --eval-every -1 --out build/trial-run'
fi
echo "== $suite, $compiler: $*"
chroot "$system" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive \
  CXX="$cxx" XGRAD_PRESET=ci sh -euc '
    package=$1
    shift
    dpkg-query -W "$package" >/dev/null 2>&1 || { apt-get -q update && apt-get -qy install --no-install-recommends "$package"; }
    cd /xgrad
    "$CXX" --version | head -n 1
    "$@"' sh "$package" "$@"
