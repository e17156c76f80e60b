# SPDX-License-Identifier: BSD-3-Clause
"""Data for the cases of readers: little folders in each format, some of them as other tools leave them."""
import gzip
import math
import os
import random
import struct
import sys


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def idx(folder, train=80, test=40, labels=range(10), test_labels=None, after=None, keep_labels=True, height=28, width=28):
    """MNIST's layout. `after`: gzip files, with this behind them. Left halves are black, right ones white."""
    image = (b"\0" * (width // 2) + b"\xff" * (width - width // 2)) * height
    for split, n, kinds in (("train", train, list(labels)), ("t10k", test, list(test_labels or labels))):
        content = {"images-idx3-ubyte": struct.pack(">IIII", 0x803, n, height, width) + image * n,
                   "labels-idx1-ubyte": struct.pack(">II", 0x801, n) + bytes(kinds[i % len(kinds)] for i in range(n))}
        for name, data in content.items():
            if keep_labels or not name.startswith("labels"):
                end = "" if after is None else ".gz"
                write(f"{folder}/{split}-{name}{end}", data if after is None else gzip.compress(data) + after)


def texts(folder):
    """27 different letters, and the same after a byte order mark."""
    random.seed(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(random.choice(letters) for _ in range(random.randint(2, 7))) for _ in range(6000)] + [letters]
    text = " ".join(words).encode()
    write(f"{folder}/plain.txt", text)
    write(f"{folder}/bom.txt", b"\xef\xbb\xbf" + text)


def waves(folder):
    """Four sounds of 49152 samples at 16 kHz, as several programs write them."""
    n = 49152
    pcm = struct.pack("<%dh" % n, *(int(12000 * math.sin(i * 0.05)) for i in range(n)))

    def chunk(name, body):
        return name + struct.pack("<I", len(body)) + body + (b"\0" if len(body) % 2 else b"")

    def fmt(tag=1, more=b""):
        return chunk(b"fmt ", struct.pack("<HHIIHH", tag, 1, 16000, 32000, 2, 16) + more)

    def riff(*chunks):
        body = b"".join(chunks)
        return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body

    def stream(riff_size, data_size):
        return (b"RIFF" + struct.pack("<I", riff_size) + b"WAVE" + fmt() + b"data" + struct.pack("<I", data_size) + pcm)

    extension = struct.pack("<HHIH", 22, 16, 4, 1) + bytes.fromhex("000000001000800000aa00389b71")
    files = {"plain": riff(fmt(), chunk(b"data", pcm)), "extensible": riff(fmt(0xFFFE, extension), chunk(b"data", pcm)),
             "stream_ff": stream(0xFFFFFFFF, 0xFFFFFFFF), "stream_7f": stream(0x7FFFF024, 0x7FFFF000),
             "stream_00": stream(0, 0), "hidden": riff(fmt(), chunk(b"data", pcm)),
             "nosamples": riff(fmt(), chunk(b"data", b""))}
    for name, content in files.items():
        for k in range(4):
            write(f"{folder}/{name}/a{k}.wav", content)
            if name == "hidden":
                write(f"{folder}/{name}/._a{k}.wav", b"\0\x05\x16\x07\0\2\0\0Mac OS X        ")


if __name__ == "__main__":
    kind, folder, *numbers = sys.argv[1:]
    if kind == "idx" and numbers:
        idx(folder, height=int(numbers[0]), width=int(numbers[1]))
    elif kind == "idx_kinds":
        idx(f"{folder}/padded", after=bytes(512))
        idx(f"{folder}/nolabels", keep_labels=False)
        idx(f"{folder}/fewtests", test=5)
        idx(f"{folder}/newlabels", labels=[0, 1], test_labels=[0, 1, 2, 3])
    else:
        {"idx": idx, "texts": texts, "waves": waves}[kind](folder)
