#!/usr/bin/env python3
"""Compares a step of the propagation with scipy's csr product on the same weighted Kronecker graph.

usage: benches/propagation.py [--scale N] [--runs N]

Builds the bench of crates/graph, which makes the graph (2^scale nodes, 16 edges a node), then measures in turn
  scipy    one product of the csr matrix with a vector, in one thread
  clout    a step, as a tenth of the difference between eleven steps and one
N times each, and prints the medians in millions of edges a second, with their ratio. A step of clout is more than a
product: it divides the ranks, restores the mass, and takes the residual and the sums for the acceleration.
Skipped if numpy or scipy is missing. RAYON_NUM_THREADS sets the threads of clout.
"""
import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEAST_RATIO = 3.0  # At two threads.


def read_csr(folder):
    import numpy
    import scipy.sparse

    offsets = numpy.fromfile(folder / "offsets", dtype=numpy.uint64).astype(numpy.int32)
    sources = numpy.fromfile(folder / "sources", dtype=numpy.uint32).astype(numpy.int32)
    weights = numpy.fromfile(folder / "weights", dtype=numpy.float64)
    nodes = len(offsets) - 1
    matrix = scipy.sparse.csr_matrix((weights, sources, offsets), shape=(nodes, nodes))
    return matrix, numpy.full(nodes, 1.0 / nodes)


def measure(folder, scale, runs):
    environment = dict(os.environ, CLOUT_BENCH_SCALE=str(scale), CLOUT_BENCH_COMPARE=str(folder))
    command = [os.environ.get("CARGO", "cargo"), "bench", "--quiet", "-p", "clout-graph", "--bench", "kernels"]
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as clout:

        def answer():
            line = clout.stdout.readline().split()
            if not line:
                sys.exit("propagation: the bench of crates/graph failed")
            return line[1:]

        built, mutual, converged = answer(), answer(), answer()
        matrix, vector = read_csr(folder)
        edges, products, steps = matrix.nnz, [], []
        for _ in range(runs):
            started = time.perf_counter()
            matrix @ vector
            products.append(time.perf_counter() - started)
            clout.stdin.write("\n")
            clout.stdin.flush()
            steps.append(float(answer()[0]))
        clout.stdin.close()
    print(f"propagation: {matrix.shape[0]} nodes, {edges} edges, {converged[0]} steps to 1e-7, {runs} runs in turn")
    print(f"  blocks built in {float(built[0]):.2f} s, {mutual[1]} mutual edges found in {float(mutual[0]):.2f} s")
    rate = lambda seconds: edges / statistics.median(seconds) / 1e6
    for name, seconds in [("scipy product", products), ("clout step", steps)]:
        bounds = f"{min(seconds) * 1e3:.0f} to {max(seconds) * 1e3:.0f} ms"
        print(f"  {name:14} {rate(seconds):6.0f} M edges/s ({statistics.median(seconds) * 1e3:.1f} ms, {bounds})")
    ratio = rate(steps) / rate(products)
    verdict = "met" if ratio >= LEAST_RATIO else "MISSED"
    print(f"  ratio {ratio:.2f} (must be at least {LEAST_RATIO:.0f} with two threads: {verdict})")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=int, default=21)
    parser.add_argument("--runs", type=int, default=9)
    arguments = parser.parse_args()
    missing = [name for name in ["numpy", "scipy"] if importlib.util.find_spec(name) is None]
    if missing:
        print(f"propagation beside scipy: skipped, Python has no {' and no '.join(missing)}")
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), arguments.scale, arguments.runs)


if __name__ == "__main__":
    main()
