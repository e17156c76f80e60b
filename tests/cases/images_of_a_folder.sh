#!/bin/sh
# Folders of images: gzip files with zeros behind them are read; what lacks is named.
gan=$1
python3 "$(dirname "$0")/make_data.py" idx_kinds data
train() { "$gan" train --batch-size 8 --steps 1 --eval-every -1 --quiet "$@" 2>&1; }
says() { if printf '%s' "$said" | grep -qiE "$1"; then echo "says: $2"; else echo "$said"; fi; }

said=$(train --preset gan --data data/padded --out padded) && echo "padded: read"
said=$(train --preset gan --data data/nolabels --out nolabels) || says 'label' 'the labels are missing'
train --preset gan --data data/fewtests --out fewtests >log || cat log
said=$("$gan" eval fewtests --classifier pixels 2>&1) || says '12.*test|test.*12' '12 test images are needed'
train --preset cgan --data data/newlabels --out newlabels >log || cat log
said=$("$gan" eval newlabels --classifier pixels -n 20 2>&1) && echo "labels unknown in training: measured" ||
  { printf '%s' "$said" | grep -q 'one_hot' && echo "$said" || echo "labels unknown in training: refused"; }
