#!/bin/sh
# Values of flags and of config files that are empty or no numbers are refused, and numbers are decimal everywhere.
gan=$1
python3 "$(dirname "$0")/make_data.py" idx data
try() {
  what=$1
  shift
  said=$("$gan" train "$@" --preset gan --data data --eval-every -1 --out never --dry-run 2>&1) && code=0 || code=$?
  if [ "$code" -eq 2 ]; then
    echo "$what: refused"
  elif [ "$code" -eq 0 ]; then
    echo "$what: taken"
  else
    echo "$what: $code: $said"
  fi
}
printf 'preset = "gan"\nbatch-size = 8\nlr =\n' >empty_value.toml
printf 'preset = "gan"\nbatch-size = 8\nlr\n' >no_value.toml
try '--lr ""' --batch-size 8 --lr ''
try '--batch-size ""' --batch-size '' --steps 1
try '--steps ""' --batch-size 8 --steps ''
try '--steps 9223372036854775808' --batch-size 8 --steps 9223372036854775808
try 'lr =' --config empty_value.toml
try 'lr' --config no_value.toml
reads() {
  what=$1
  shift
  said=$("$gan" train "$@" --preset gan --data data --eval-every -1 --out never --dry-run 2>&1) || :
  echo "$what: $(printf '%s\n' "$said" | grep -oE '[0-9]+ rounds|batches of [0-9]+' | tr '\n' ' ')"
}
reads '--batch-size 010 --steps 010' --batch-size 010 --steps 010
