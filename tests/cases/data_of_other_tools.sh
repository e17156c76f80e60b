#!/bin/sh
# gan_mnist reads what other tools take, and says what is wrong in terms of the data.
set -u
gan=$1
make_data=$(dirname "$0")/make_data.py
# What it says to that, its last line, and the exit code.
said() {
  said=$("$gan" "$@" 2>&1)
  code=$?
  echo "$code: $(echo "$said" | tail -1)"
}
# The first line of what it would do with the data, or why it would not.
plan() {
  "$gan" train --dry-run "$@" 2>&1 | head -1
}
python3 "$make_data" texts texts
plan --preset wgan-gp-text --data texts/plain.txt
plan --preset wgan-gp-text --data texts/bom.txt

python3 "$make_data" waves waves
for name in plain extensible stream_ff stream_7f stream_00 hidden nosamples; do
  plan --preset wavegan --data "waves/$name"
done

python3 "$make_data" idx_kinds kinds
few() {
  said train --batch-size 8 --steps 1 --eval-every -1 --quiet "$@"
}
few --preset gan --data kinds/padded --out padded
few --preset gan --data kinds/nolabels --out nolabels
few --preset gan --data kinds/fewtests --out fewtests
said eval fewtests --classifier pixels
few --preset cgan --data kinds/newlabels --out newlabels
"$gan" eval newlabels --classifier pixels -n 20 | tail -3

# The sides of a picture of eight tiles: 8 (side + 2) + 2.
for size in "20 24" "27 31" "14 56" "1 100"; do
  # shellcheck disable=SC2086
  python3 "$make_data" idx "images" $size
  few --preset gan --data images --out "run" >log
  python3 -c 'import struct, sys; print(*struct.unpack(">II", open(sys.argv[1], "rb").read()[16:24]))' \
    run/samples/step-00000001.png
  rm -rf run images
done
