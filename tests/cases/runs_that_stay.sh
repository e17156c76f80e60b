#!/bin/sh
# No run is lost to the next one, no report to a kill, and what is written as TOML another parser reads.
gan=$1 plane=$2
here=$(dirname "$0")
python3 "$here/make_data.py" idx 'da\ta"'
"$plane" train --net small --steps 2 --every 2 >log && cp -r runs/001-gan-ring first
"$plane" train --net small --steps 2 --every 2 >log && diff -r first runs/001-gan-ring && ls runs
"$plane" train --net small --steps 2 --out first 2>&1
"$gan" train --preset gan --data 'da\ta"' --batch-size 16 --eval-every 3 --steps 100000000 --quiet --out run >log 2>&1 &
until [ -e run/report.html ]; do sleep 0.1; done
kill -9 $!
wait $! 2>/dev/null
tail -c 8 run/report.html
rm run/report.html
"$gan" info run | grep report
ls run/report.html
python3 - <<'END'
import os
try:
    import tomllib
except ModuleNotFoundError:
    print("right")  # an old Python has no parser
else:
    with open("run/config.toml", "rb") as file:
        print("right" if tomllib.load(file)["data"] == os.path.abspath('da\\ta"') else "another path")
END
