#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs xgrad and a peer on the same workloads, interleaved, and prints medians, spreads and ratios.

  ./run bench --compare --threads 1 2 --rounds 5           # builds both programs and starts this one

A figure counts only beside others of the same run: machines differ and neighbours disturb. Each round runs every
contender once. A peer runs as it is (default), in an environment that suits it (tuned: malloc keeps its memory, AVX-512,
OpenBLAS's kernels for this processor by name), also with the kernels that OpenBLAS chooses (tuned-auto), and at several
threads with OpenBLAS held to one (tuned-blas1), since two thread pools disturb each other. The best of the tuned ones of
all peers is the figure to compare with. --peer names a program, or the root of another system with libtorch in it (a
chroot, in which ./run bench --compare builds the program); it may be repeated. The bound is what the machine allows:
OpenBLAS with this processor's kernels doing only the step's matrix products, or the bytes of an element-wise workload at
the speed of the triad; it is measured in the same rounds.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

import chart

# Results of steps 0 and 9, on which independent frameworks agree. The first is the same in all; later ones have
# gathered the rounding of Adam's division of small gradients by their own size.
CHECKS = {
    "gan_mlp": ([1.386883, 0.6489031], [1.307517, 0.6424103]),
    "wgan_gp_mlp": ([7.941636, -0.09773757, 0.7946439], [6.89837, -0.1637674, 0.6869622]),
    "atgp_z": ([1.386883, 0.6490155, 0.0001124341], [1.307447, 0.6427006, 0.0002305636]),
    "hvp_mlp": ([2.313076, 11.31053],) * 2,
    "tape_overhead": ([393.8324, 90735.41],) * 2,
    "tape_overhead_const": ([0.9993933, 0.606383],) * 2,
    "tape_overhead_grad2": ([96.01665, 4820.028, 318876.1],) * 2,
    "elementwise_fwd": ([-2.927833],) * 2,
    "elementwise_fwdbwd": ([13.95429],) * 2,
    "dcgan28": ([1.554133, 0.8387149], [1.059289, 1.430728]),
    "wgan_gp_conv28": ([8.025936, 0.1233082, 0.808917], [6.873877, 0.3962429, 0.7080489]),
    "conv2d_fwd": ([-57.24286],) * 2,
    "conv2d_fwdbwd": ([3229.728],) * 2,
}
# Relative, at steps 0 and 9: Adam magnifies the rounding of tiny gradients in the convolutional networks, and the sums
# of the convolution cancel.
TOLERANCE = (3e-5, 3e-5)
TOLERANCES = {
    "dcgan28": (3e-5, 5e-3),
    "wgan_gp_conv28": (3e-5, 5e-3),
    "conv2d_fwd": (1e-4, 1e-4),
    "conv2d_fwdbwd": (1e-4, 1e-4),
}

# Necessary work of a step: GFLOP of matrix products (gradients that nobody reads and products with known zeros are not),
# or bytes to and from memory. A bound recorded from more products than these would flatter us.
GFLOP = {
    "gan_mlp": 0.280756,
    "wgan_gp_mlp": 0.400343,
    "atgp_z": 0.405226,
    "hvp_mlp": 1.02682,
    "dcgan28": 9.44112,
    "wgan_gp_conv28": 12.8346,
    "conv2d_fwd": 0.822084,
    "conv2d_fwdbwd": 2.46625,
}
# Run when named. An epoch draws its own random numbers, so that its losses are no check.
MORE = ("epoch",)
BYTES = {"elementwise_fwd": 16 << 24, "elementwise_fwdbwd": 44 << 24}

UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "XGRAD_NUM_THREADS")
TUNED = {
    "MALLOC_TRIM_THRESHOLD_": "4000000000",
    "MALLOC_MMAP_THRESHOLD_": "4000000000",
    "ATEN_CPU_CAPABILITY": "avx512",
}


CHROOT_PROGRAM = "/xgrad-peer/build/libtorch_bench"


def core():
    """OPENBLAS_CORETYPE that suits this processor; none where OpenBLAS knows best (ARM, or no AVX2)."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        flags = next((line.split() for line in file if line.startswith("flags")), [])
    if {"avx512f", "avx512bw", "avx512dq", "avx512vl"} <= set(flags):
        return {"OPENBLAS_CORETYPE": "SkylakeX"}
    return {"OPENBLAS_CORETYPE": "Haswell"} if {"avx2", "fma"} <= set(flags) else {}


def command_of(peer):
    """A folder is the root of another system, in which the peer's program was built."""
    return ["chroot", peer, CHROOT_PROGRAM] if os.path.isdir(peer) else [peer]


def knows(program, flag):
    return flag in subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout


def contenders(arguments, workload, threads):
    """Name, command, workload, extra environment and extra flags of each."""
    ours = [arguments.xgrad]
    yield "xgrad", ours, workload, {}, []
    if arguments.replayed and workload not in MORE:
        yield "xgrad replayed", ours, workload, {}, ["--replay"]
    if workload in GFLOP:
        yield "bound", ours, workload, core(), ["--bound"]
    if workload in BYTES:
        yield "bound", ours, "triad", {}, []
    for number, peer in enumerate(arguments.peer or [arguments.built_peer]):
        peer = command_of(peer)
        yield f"{number} default", peer, workload, {}, []
        yield f"{number} tuned", peer, workload, TUNED | core(), []
        if core():
            yield f"{number} tuned-auto", peer, workload, TUNED, []
        if threads > 1:
            yield f"{number} tuned-blas1", peer, workload, TUNED | core(), ["--blas-threads", "1"]


def measure(program, workload, threads, environment, flags, seconds):
    env = {k: v for k, v in os.environ.items() if k not in UNSET and k not in TUNED} | environment
    command = [*program, "--workload", workload, "--threads", str(threads), "--min-seconds", str(seconds), *flags]
    result = subprocess.run(command, env=env, capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit {result.returncode}\n{result.stderr}")
    return json.loads(result.stdout)


def wrong_checks(record, workload):
    """Differences from the agreed results, as text; empty when the program did the same work."""
    if record["workload"] == "triad" or workload not in CHECKS:
        return ""
    if "gflop_per_step" in record:
        done, necessary = record["gflop_per_step"], GFLOP[workload]
        return "" if abs(done - necessary) <= 1e-3 * necessary else f"{done} GFLOP instead of {necessary}"
    differences = []
    results = zip((0, 9), CHECKS[workload], (record["check0"], record["check9"]), TOLERANCES.get(workload, TOLERANCE))
    for step, wanted, got, tolerance in results:
        close = len(wanted) == len(got) and all(abs(w - g) <= tolerance * abs(w) for w, g in zip(wanted, got))
        if not close:
            differences.append(f"step {step}: {got} instead of {wanted}")
    return "; ".join(differences)


def milliseconds(record, workload):
    """Of a step; for the triad, of the workload's bytes at its speed."""
    return BYTES[workload] / record["gb_per_s"] * 1e-6 if record["workload"] == "triad" else record["ms_per_step"]


def compare(arguments, workload, threads):
    """Rows of the table for one workload: one for each contender."""
    runs = {}
    for _ in range(arguments.rounds):
        for name, program, of, environment, flags in contenders(arguments, workload, threads):
            record = measure(program, of, threads, environment, flags, arguments.min_seconds)
            runs.setdefault(name, []).append(record)
    medians = {name: statistics.median(milliseconds(r, workload) for r in records) for name, records in runs.items()}
    target = min(value for name, value in medians.items() if " tuned" in name)
    bound = medians.get("bound")
    for name, records in runs.items():
        times = [milliseconds(r, workload) for r in records]
        ours = name.startswith("xgrad")
        yield {
            "workload": workload,
            "threads": threads,
            "program": name if ours or name == "bound" else f"{records[0]['peer']} {name.split()[1]}",
            "ms_per_step": medians[name],
            "lowest": min(times),
            "highest": max(times),
            "times_tuned": target / medians[name],
            "times_bound": medians[name] / bound if bound else None,
            "peak_rss_mb": statistics.median(r["peak_rss_mb"] for r in records),
            "minflt_per_step": statistics.median(r["minflt_per_step"] for r in records),
            "system_requests_per_step": max(r.get("system_requests_per_step", 0) for r in records),
            "blas_core": records[0]["blas_core"],
            "wrong": "; ".join(sorted({w for w in (wrong_checks(r, workload) for r in records) if w})),
        }


HEADER = f"{'workload':<20} {'thr':>3} {'program':<25} {'ms/step':>8} {'lowest':>8} {'highest':>8} {'x tuned':>8} " \
         f"{'x bound':>8} {'MB':>6} {'faults':>7} {'sysreq':>7}"


def line(row):
    bound = f"{row['times_bound']:>8.2f}" if row["times_bound"] else " " * 8
    text = (f"{row['workload']:<20} {row['threads']:>3} {row['program']:<25} {row['ms_per_step']:>8.3f} "
            f"{row['lowest']:>8.3f} {row['highest']:>8.3f} {row['times_tuned']:>8.2f} {bound} {row['peak_rss_mb']:>6.0f} "
            f"{row['minflt_per_step']:>7.1f} {row['system_requests_per_step']:>7.2g}")
    return text + (f"  WRONG: {row['wrong']}" if row["wrong"] else "")


def main():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--xgrad", default=f"{root}/build/release/benchmarks/xgrad_bench", help="our program")
    parser.add_argument("--peer", action="append", help="a peer's program, or the root of a system with libtorch")
    parser.add_argument("--workloads", nargs="+", choices=[*CHECKS, *MORE], default=list(CHECKS), metavar="NAME")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--min-seconds", type=float, default=1)
    parser.add_argument("--json", help="also write the rows to this file; those it holds of other workloads stay")
    parser.add_argument("--chart", help="also draw the rows, with those that --json keeps, into this SVG file")
    arguments = parser.parse_args()
    arguments.built_peer = f"{root}/build/peers/libtorch/libtorch_bench"
    arguments.replayed = knows(arguments.xgrad, "--replay")

    rows = []
    print(HEADER)
    for workload in arguments.workloads:
        for threads in arguments.threads:
            for row in compare(arguments, workload, threads):
                rows.append(row)
                print(line(row), flush=True)
    print("x tuned: how many times as fast as the best tuned peer; x bound: times what the machine allows; faults: minor "
          "page faults a step; sysreq: requests of memory to the system a step")
    failed = any(row["wrong"] for row in rows)
    if arguments.json:
        rows = kept(arguments.json, rows) + rows
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)
    if arguments.chart:
        with open(arguments.chart, "w", encoding="utf-8") as file:
            file.write(chart.draw(rows))
    return 1 if failed else 0


def kept(path, rows):
    """Rows of an earlier run that this one did not measure again: a full run is long, and may be taken in parts."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        earlier = json.load(file)
    measured = {(row["workload"], row["threads"]) for row in rows}
    return [row for row in earlier if (row["workload"], row["threads"]) not in measured]


if __name__ == "__main__":
    sys.exit(main())
