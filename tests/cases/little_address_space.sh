#!/bin/sh
# Under ulimit -v both programs work or say what they need, and neither hangs.
gan=$1
plane=$2
python3 "$(dirname "$0")/make_data.py" idx data
for kilobytes in 100000 200000 300000; do
  for program in gan_2d gan_mnist; do
    rm -rf run
    case $program in
      gan_2d) set -- "$plane" train --steps 2 --out run ;;
      *) set -- "$gan" train --preset gan --data data --batch-size 8 --steps 1 --eval-every -1 --quiet --out run ;;
    esac
    # shellcheck disable=SC3045
    said=$( (ulimit -v "$kilobytes" && exec timeout 30 "$@") 2>&1)
    code=$?
    if [ "$code" -eq 0 ] || { [ "$code" -eq 1 ] && echo "$said" | grep -Eq 'MiB|bytes'; }; then
      echo "$program $kilobytes: works, or says what it needs"
    else
      echo "$program $kilobytes: $code: $said"
    fi
  done
done
