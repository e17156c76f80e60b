#!/bin/sh
# Samples are drawn as high and wide as the data: the picture of 8 x 8 tiles says so in its header.
gan=$1
here=$(dirname "$0")
for size in "20 24" "14 56" "27 31"; do
  # shellcheck disable=SC2086  # two words
  set -- $size
  python3 "$here/make_data.py" idx "data$1x$2" "$1" "$2"
  if "$gan" train --preset gan --data "data$1x$2" --batch-size 16 --steps 2 --quiet --eval-every 1 --out "run$1x$2" >log 2>&1; then
    python3 - "run$1x$2" "$1" "$2" <<'END'
import glob, struct, sys
run, height, width = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open(sorted(glob.glob(run + "/samples/*.png"))[-1], "rb") as file:
    w, h = struct.unpack(">II", file.read(24)[16:])
gap = w - 8 * width
print(f"{height} x {width}:", "right" if gap == h - 8 * height and 0 <= gap < 40 else f"a picture of {h} x {w}")
END
  else
    echo "$1 x $2: $(tail -n 1 log)"
  fi
done
