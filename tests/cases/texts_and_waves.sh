#!/bin/sh
# Texts and sounds as other programs leave them: how many letters and waves are read, or that it is refused.
gan=$1
here=$(dirname "$0")
python3 "$here/make_data.py" texts texts
python3 "$here/make_data.py" waves waves
first() {
  said=$("$gan" train "$@" --dry-run --out never 2>&1) && code=0 || code=$?
  case $code in
    0) printf '%s\n' "$said" | grep -oE '[0-9]+ (different ones|waves)' | head -n 1 ;;
    *) echo "refused with exit code $code" ;;
  esac
}
for name in plain bom; do
  echo "text $name: $(first --preset wgan-gp-text --data "texts/$name.txt")"
done
for name in plain extensible stream_ff stream_7f stream_00 hidden nosamples; do
  echo "waves $name: $(first --preset wavegan --data "waves/$name")"
done
