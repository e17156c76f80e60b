#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Shows that cost grows as the work does: time and memory over sizes, with the exponent p of cost ~ size^p.

  ./run bench --scaling                                    # builds the program and starts this one

Fails where a doubling of the size costs more than it should: the exponent over the larger half of the sizes, where the
fixed cost no longer hides it, must stay below 1 + tolerance. For the order of differentiation, whose work is multiplied
by each order, one order must cost at most so many times the former.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys

SIZES = {
    "scaling_batch": [16, 32, 64, 128, 256, 512, 1024],
    "scaling_depth": [2, 4, 8, 16, 32, 64],
    "scaling_chain": [100, 1000, 10_000, 100_000, 1_000_000],
    "scaling_order": [1, 2, 3],
}
TITLES = {
    "scaling_batch": "batch: loss and gradients of an MLP 784-256-256-1",
    "scaling_depth": "depth: loss and gradients of layers of width 128, batch 64",
    "scaling_chain": "chain: ops on one element, forward and backward",
    "scaling_order": "order: penalty on derivatives up to this order by the input, its gradients by the weights",
}
TIME_TOLERANCE = 0.15  # larger sizes leave the caches
MEMORY_TOLERANCE = 0.05
# Reverse mode multiplies the number of ops by 4 or 5 at most; with the tape's smaller first order in the sum, less.
TIMES_AN_ORDER = 5


def measure(program, workload, size, threads, seconds):
    unset = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "XGRAD_NUM_THREADS")
    env = {k: v for k, v in os.environ.items() if k not in unset}
    command = [program, "--workload", workload, "--size", str(size), "--threads", str(threads), "--min-seconds",
               str(seconds)]
    result = subprocess.run(command, env=env, capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit {result.returncode}\n{result.stderr}")
    return json.loads(result.stdout)


def exponent(sizes, costs):
    """Least squares of log cost over log size."""
    x, y = [math.log(s) for s in sizes], [math.log(max(c, 1e-9)) for c in costs]
    mx, my = statistics.mean(x), statistics.mean(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y)) / sum((a - mx) ** 2 for a in x)


def judge(workload, rows):
    """What was found, and whether it is as it should be."""
    half = rows[len(rows) // 2:]
    sizes = [row["size"] for row in half]
    if workload == "scaling_order":
        factors = [b["ms_per_step"] / a["ms_per_step"] for a, b in zip(rows, rows[1:])]
        text = "times the former order: " + ", ".join(f"{f:.2f}" for f in factors)
        return text, max(factors) <= TIMES_AN_ORDER
    if len(half) < 2:
        return "too few sizes to tell", True
    time = exponent(sizes, [row["ms_per_step"] for row in half])
    memory = exponent(sizes, [row["memory_mb"] for row in half])
    good = time <= 1 + TIME_TOLERANCE and memory <= 1 + MEMORY_TOLERANCE
    return f"exponent of time {time:.2f}, of memory {memory:.2f} (sizes {sizes[0]} to {sizes[-1]})", good


def main():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--xgrad", default=f"{root}/build/release/benchmarks/xgrad_bench", help="our program")
    parser.add_argument("--workloads", nargs="+", choices=SIZES, default=list(SIZES), metavar="NAME")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--min-seconds", type=float, default=0.3)
    parser.add_argument("--json", help="also write the rows to this file")
    arguments = parser.parse_args()

    every, good = [], True
    for workload in arguments.workloads:
        print(f"{TITLES[workload]}\n{'size':>9} {'ms/step':>10} {'us/size':>9} {'MB':>8}")
        rows = []
        for size in SIZES[workload]:
            record = measure(arguments.xgrad, workload, size, arguments.threads, arguments.min_seconds)
            row = {"workload": workload, "size": size, "ms_per_step": record["ms_per_step"],
                   "memory_mb": record["peak_rss_mb"] - record["base_rss_mb"]}
            rows.append(row)
            print(f"{size:>9} {row['ms_per_step']:>10.4f} {1e3 * row['ms_per_step'] / size:>9.3f} "
                  f"{row['memory_mb']:>8.1f}", flush=True)
        text, passed = judge(workload, rows)
        print(f"{text}: {'PASS' if passed else 'FAIL'}\n", flush=True)
        every += rows
        good = good and passed
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(every, file, indent=1)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
