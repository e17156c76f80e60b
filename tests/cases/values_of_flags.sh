#!/bin/sh
# A value of a flag or a setting means one thing, or is refused by name: the words after the value say what is expected.
gan=$1 plane=$2
here=$(dirname "$0")
python3 "$here/make_data.py" idx data
try() { "$@" 2>&1 | grep -E '^(gan_mnist|gan_2d): |^  length' | sed 's/; one update.*batches/; batches/; s/, Adam.*//; s/ is no TOML: .*/ is no TOML/'; }
train() { try "$gan" train --preset gan --data data --out never --dry-run "$@"; }
unset LR
train --batch-size 8 --lr "$LR"
train --batch-size 8 --lr=
train --batch-size '' --steps 3
train --batch-size 010 --steps 010
train --batch-size 0x10
train --batch-size 8 --steps 1e3
train --batch-size 8 --steps 9223372036854775808
train --batch-size 8 --lr inf
try "$gan" sample '' -n 1
try "$plane" table --seeds 0
try "$plane" train --lr ''
for text in 'lr =' 'lr' 'lr = [1]' 'lr = 1979-05-27' 'net.lr = 1' 'steps = "3"' 'steps = 0x10 # 16'; do
  printf 'batch-size = 8\n%s\n' "$text" >config.toml
  train --config config.toml
done
ls -d never runs sweep 2>/dev/null || :  # none was made
