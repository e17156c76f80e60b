#!/bin/sh
# The config.toml of a run whose data lie in a folder with a backslash in its name, read by a TOML parser.
gan=$1
here=$(dirname "$0")
PYTHONDONTWRITEBYTECODE=1 python3 - "$gan" "$here" <<'END'
import os, subprocess, sys, tempfile, tomllib
gan, here = sys.argv[1:]
sys.path.insert(0, here)
import make_data
work = tempfile.TemporaryDirectory()  # CMake, which empties the usual folder, stumbles over these names
os.chdir(work.name)
for i, name in enumerate(["a\\nb", "back\\slash", "end\\", 'a "quoted" one', "an umlaut ä"]):
    make_data.idx(name)
    subprocess.run([gan, "train", "--eval-every", "-1", "--preset", "gan", "--data", name, "--batch-size", "8", "--steps", "1",
                    "--quiet", "--out", f"run{i}"], check=True, stdout=subprocess.DEVNULL)
    with open(f"run{i}/config.toml", "rb") as file:
        read = tomllib.load(file)["data"]
    print(repr(name), "right" if read == os.path.abspath(name) else f"is {read!r}")
os.chdir("/")
END
