# SPDX-License-Identifier: BSD-3-Clause
"""Which sources are broken, and by which tests' files each is judged: the likely ones first, then its whole room's."""
import fnmatch
import os

ROOMS = {
    "rules": (
        ["autograd/ops/*.cpp", "autograd/custom.cpp", "autograd/engine.cpp"],
        ["op_table", "pytorch_ops", "broadcasting", "spatial", "nn_against_pytorch", "nn_layers", "nn_conv", "nn_loss",
         "convolution", "decompose", "einsum", "order", "functional", "custom", "engine", "compile", "random_programs",
         "*"]),
    "kernels": (
        ["autograd/kernels/*.cpp", "autograd/kernels/simd/*.cpp"],
        ["kernels_*", "op_table", "pytorch_ops", "convolution", "nn_conv", "decompose", "random", "optim_*", "order",
         "nn_standardize", "nn_normalized", "compile*", "models_metrics", "*"]),
    "readers": (
        ["models/data/*.cpp", "models/audio/wav.cpp", "models/run/checkpoint.cpp", "models/run/metrics_log.cpp",
         "models/run/run_folder.cpp", "nn/safetensors.cpp", "nn/json.cpp", "nn/file.cpp"],
        ["files_*", "models_sequences", "models_stacked", "nn_module", "gan_*", "*"]),
}
# Files that say how fast something goes, or are judged by machines of another kind.
SKIPPED = ["autograd/kernels/dispatch.cpp", "autograd/kernels/blas_library.cpp", "autograd/kernels/onednn_library.cpp",
           "autograd/kernels/simd/table.cpp"]
# Test files that show less of a reader, kernel or rule than they cost.
COSTLY = ["gan_sweep", "gan_mnist", "gan_2d", "leaks", "threads", "deep_graph"]
# Both ways of convolving are tried, where a file convolves.
ENVIRONMENTS = {"convolution": [{"XGRAD_CONV": "gemm"}, {"XGRAD_CONV": "onednn"}],
                "nn_conv": [{"XGRAD_CONV": "gemm"}, {"XGRAD_CONV": "onednn"}],
                "op_table": [{"XGRAD_CONV": "gemm"}, {"XGRAD_CONV": "onednn"}]}


def sources(root, room):
    found = []
    for pattern in ROOMS[room][0]:
        folder = os.path.join(root, os.path.dirname(pattern))
        for name in sorted(os.listdir(folder)):
            path = os.path.join(os.path.dirname(pattern), name)
            if fnmatch.fnmatch(path, pattern) and path.count("/") == pattern.count("/") and path not in SKIPPED:
                found.append(path)
    return sorted(set(found))


def judges(root, room, path):
    """Names NAME of tests/test_NAME.cpp in the order in which they are asked."""
    tests = sorted(name[5:-4] for name in os.listdir(os.path.join(root, "tests"))
                   if name.startswith("test_") and name.endswith(".cpp"))
    stem = os.path.basename(path)[:-4]
    likely = [f"*{stem}*", f"*{stem.split('_')[0]}*"]
    order = []
    for pattern in likely + ROOMS[room][1]:
        order += [name for name in tests if fnmatch.fnmatch(name, pattern) and name not in order + COSTLY]
    return order
