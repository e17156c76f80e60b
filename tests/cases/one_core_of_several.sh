#!/bin/sh
# A process that may use one core of several has one thread; a variable that is no number says nothing.
set -eu
gan=$1
python3 "$(dirname "$0")/make_data.py" idx data
threads() {
  "$@" train --preset gan --data data --batch-size 8 --steps 1 --eval-every -1 --quiet --out run >log 2>&1 || cat log
  grep '^threads' run/config.toml
  rm -rf run
}
core=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
unset XGRAD_NUM_THREADS OMP_NUM_THREADS
threads taskset -c "$core" "$gan"
XGRAD_NUM_THREADS='' OMP_NUM_THREADS=nonsense threads taskset -c "$core" "$gan"
XGRAD_NUM_THREADS=3 threads taskset -c "$core" "$gan"
