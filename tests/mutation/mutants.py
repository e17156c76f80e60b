#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Mutation check: breaks one line at a time in rules, kernels and readers, builds, and asks the tests.

A mutant is killed when a test fails, crashes or takes too long. One that does not compile without a warning, as the
preset ci does, or whose object code is the same, is not counted. Survivors are printed and written to
build/mutation/seed-SEED.json; a run that was interrupted goes on where it was. tests/mutation/equal.txt has those that
were read and change no result.

  ./run mutants --count 100 --seed 1 --jobs 2
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mutate  # noqa: E402
import rooms  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BASE = os.path.join(ROOT, "build", "mutation")


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **options)


class Tree:
    """A copy of the sources with a build of its own, in which one mutant at a time lives."""

    def __init__(self, number):
        self.source = os.path.join(BASE, f"tree{number}")
        self.build = os.path.join(self.source, "build", "release")
        self.tests = os.path.join(self.build, "tests", "xgrad_tests")
        self.limits = {}

    def prepare(self, threads):
        listed = subprocess.check_output(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT)
        wanted = [name for name in listed.decode().split("\0") if name and os.path.isfile(os.path.join(ROOT, name))]
        for name in wanted:
            self.restore(name)
        for folder, folders, names in os.walk(self.source):
            if folder == self.source:
                folders[:] = [f for f in folders if f != "build"]
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), self.source)
                if path not in set(wanted):
                    os.remove(os.path.join(folder, name))
        command = ["cmake", "-S", self.source, "-B", self.build, "-DCMAKE_BUILD_TYPE=Release", "-DBUILD_SHARED_LIBS=ON",
                   "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "-DXGRAD_WERROR=ON", "-DXGRAD_BUILD_BENCHMARKS=OFF",
                   "-DXGRAD_BUILD_EXAMPLES=OFF", "-DXGRAD_INSTALL=OFF", "-DCMAKE_CXX_FLAGS=-D_GLIBCXX_ASSERTIONS"]
        if shutil.which("ninja"):
            command += ["-G", "Ninja"]
        if shutil.which("ccache"):
            command += ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"]
        for step in (command, ["cmake", "--build", self.build, "--parallel", str(threads), "--target",
                               "xgrad", "xgrad_tests", "gan_mnist", "gan_2d"]):
            done = run(step)
            if done.returncode != 0:
                sys.exit(done.stdout[-4000:] + "\nThe sources do not build as they are")
        with open(os.path.join(self.build, "compile_commands.json")) as file:
            commands = json.load(file)
        self.objects = {}
        for entry in commands:
            words = entry["command"].split()
            path = os.path.relpath(entry["file"], self.source)
            self.objects.setdefault(path, []).append(words[words.index("-o") + 1])

    def restore(self, name):
        """The file as it is in the sources, its time changed only when its content was another."""
        target = os.path.join(self.source, name)
        with open(os.path.join(ROOT, name), "rb") as file:
            content = file.read()
        if os.path.exists(target):
            with open(target, "rb") as file:
                if file.read() == content:
                    return
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(content)
        shutil.copymode(os.path.join(ROOT, name), target)

    def object_code(self, path):
        names = [name for name in self.objects[path] if "xgrad_tests" not in name]
        done = run(["cmake", "--build", self.build, "--target"] + names)
        if done.returncode != 0:
            return None
        code = []
        for name in names:
            with open(os.path.join(self.build, name), "rb") as file:
                code.append(hashlib.sha256(file.read()).hexdigest())
        return code

    def ask(self, test, limit, environment):
        """None when the tests of the file pass, else how they fail."""
        command = [self.tests, f"--source-file=*/test_{test}.cpp", "--test-suite-exclude=slow", "--abort-after=1"]
        try:
            done = run(command, timeout=limit, cwd=self.build, env={**os.environ, **environment})
        except subprocess.TimeoutExpired:
            return "timeout"
        if done.returncode == 0:
            return None
        return "fails" if done.returncode == 1 else f"ends with {done.returncode}"

    def limit_of(self, test):
        """Several times as long as the unbroken test takes; None for one that fails by itself and judges nothing."""
        if test not in self.limits:
            start = time.monotonic()
            failed = self.ask(test, 600, {})
            self.limits[test] = None if failed else 10 + 5 * (time.monotonic() - start)
        return self.limits[test]

    def judge(self, mutant, room):
        try:
            before = self.object_code(mutant.path)
            target = os.path.join(self.source, mutant.path)
            with open(target) as file:
                lines = file.read().split("\n")
            asked = rooms.judges(ROOT, room, mutant.path)
            for test in asked:
                if test not in self.limits:
                    run(["cmake", "--build", self.build, "--target", "xgrad"])
                    self.limit_of(test)
            lines[mutant.line - 1] = mutant.after
            with open(target, "w") as file:
                file.write("\n".join(lines))
            after = self.object_code(mutant.path)
            if after is None or run(["cmake", "--build", self.build, "--target", "xgrad"]).returncode != 0:
                return "does not compile", ""
            if after == before:
                return "same code", ""
            for test in asked:
                for environment in rooms.ENVIRONMENTS.get(test, [{}]):
                    limit = self.limit_of(test)
                    failed = limit and self.ask(test, limit, environment)
                    if failed:
                        return "killed", f"{test} {failed}"
            return "survived", ""
        finally:
            self.restore(mutant.path)


def sample(count, seed, chosen):
    """`count` mutants, as many of each room, each file as likely as it is long."""
    everything = []
    for room in chosen:
        of_room = []
        for path in rooms.sources(ROOT, room):
            with open(os.path.join(ROOT, path)) as file:
                of_room += [(room, m) for m in mutate.mutants_of(path, file.read())]
        random.Random(f"{seed} {room}").shuffle(of_room)
        everything.append(of_room)
    taken = []
    while len(taken) < count and any(everything):
        taken += [of_room.pop() for of_room in everything if of_room]
    return taken  # more than count when some turn out not to count


def known_equal():
    """Lines of equal.txt: path, line before, line after, reason, with tabs between."""
    found = {}
    path = os.path.join(ROOT, "tests", "mutation", "equal.txt")
    if os.path.exists(path):
        with open(path) as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    where, before, after, reason = line.rstrip("\n").split("\t")
                    found[where, before, after] = reason
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="mutants that count (100)")
    parser.add_argument("--seed", type=int, default=1, help="chooses them (1)")
    parser.add_argument("--jobs", type=int, default=1, help="mutants at a time, each in a build of its own (1)")
    parser.add_argument("--room", action="append", choices=sorted(rooms.ROOMS), help="only this room; may be repeated")
    parser.add_argument("--file", help="only sources whose path has this in it")
    parser.add_argument("--again", action="store_true", help="ask the tests anew about those that survived")
    parser.add_argument("--list", action="store_true", help="print the mutants and build nothing")
    options = parser.parse_args()

    chosen = options.room or sorted(rooms.ROOMS)
    candidates = sample(10 * options.count if options.file is None else 10**9, options.seed, chosen)
    if options.file:
        candidates = [c for c in candidates if options.file in c[1].path]
    if options.list:
        for room, m in candidates[:options.count]:
            print(f"{m.path}:{m.line}: {m.kind} ({room})\n- {m.before.strip()}\n+ {m.after.strip()}")
        return 0

    os.makedirs(BASE, exist_ok=True)
    record_path = os.path.join(BASE, f"seed-{options.seed}.json")
    record = {}
    if os.path.exists(record_path):
        with open(record_path) as file:
            record = {tuple(r["key"]): r for r in json.load(file)
                      if not (options.again and r["verdict"] == "survived")}
    trees = [Tree(n) for n in range(options.jobs)]
    for tree in trees:
        print(f"Building {tree.source}", flush=True)
        tree.prepare(len(os.sched_getaffinity(0)))
    equal = known_equal()
    lock, free = threading.Lock(), list(trees)
    results, pending = [], iter(candidates)

    def key_of(m):
        return (m.path, m.before, m.after, m.line)

    def counted():
        return sum(r["verdict"] in ("killed", "survived") for r in results)

    def work():
        with lock:
            tree = free.pop()
        while True:
            with lock:
                if counted() >= options.count:
                    return
                nxt = next(pending, None)
            if nxt is None:
                return
            room, m = nxt
            if (m.path, m.before.strip(), m.after.strip()) in equal:
                continue
            result = record.get(key_of(m))
            if result is None:
                start = time.monotonic()
                verdict, by = tree.judge(m, room)
                result = {"key": list(key_of(m)), "room": room, "kind": m.kind, "verdict": verdict, "by": by,
                          "seconds": round(time.monotonic() - start, 1)}
            with lock:
                record[key_of(m)] = result
                results.append(result)
                with open(record_path + ".new", "w") as file:
                    json.dump(list(record.values()), file, indent=1)
                os.replace(record_path + ".new", record_path)
                print(f"{counted():4} {result['verdict']:16} {m.path}:{m.line} {m.kind} {result['by']}", flush=True)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for future in [pool.submit(work) for _ in trees]:
            future.result()

    killed = sum(r["verdict"] == "killed" for r in results)
    print("\nroom        killed  survived  no code of their own")
    for room in chosen:
        of_room = [r["verdict"] for r in results if r["room"] == room]
        print(f"{room:10} {of_room.count('killed'):7} {of_room.count('survived'):9} "
              f"{len(of_room) - of_room.count('killed') - of_room.count('survived'):7}")
    for r in results:
        if r["verdict"] == "survived":
            path, before, after, line = r["key"]
            print(f"\nsurvived: {path}:{line} ({r['kind']})\n- {before.strip()}\n+ {after.strip()}")
    if counted():
        print(f"\n{killed} of {counted()} killed: {100.0 * killed / counted():.1f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
