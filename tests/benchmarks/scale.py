"""What rows cost: `python -m tests.benchmarks.scale 10000 100000 1000000`, each in its own process.

With `--grid` what the length of windows, the width of the networks and the columns cost: CPU
seconds of a joint step and peak memory of `--preset best`, one of them changed at a time.

With `--copula` what the copula alone costs by columns and length of windows, of 20,000 rows.

For each number of rows, of nine columns every minute, in one CSV: pandas' read_csv, `--check_only`,
and a training of one step a phase by the `document` preset, on as many rows. Prints CPU seconds and
peak memory, without what lies in files and can be paged out: Linux only. With `--parquet` of one
Parquet file in row groups, with `--preset` by another one, with `--generate` that training's
generator for as many rows.
"""

import argparse
import logging
import resource
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from tests.benchmarks.pace import StepClock

ROOT = Path(__file__).parents[2]
COLUMNS, STEPS = 9, 24
GRID_ROWS = 10_000
JOINT_STEPS = 60
GRID = {
    "seq_len": (24, 48, 96, 144, 288),
    "hidden_dim": (24, 64, 128, 256),
    "columns": (5, 10, 20, 50, 100),
}
COPULA_ROWS = 20_000
COPULAS = ((9, 24), (9, 144), (60, 24), (150, 24), (300, 24))  # columns x rows of a window
BATCH = 128
ROW_GROUP = 1 << 20
READ = "import sys, pandas as pd; pd.read_{kind}(sys.argv[1])"
MEASURED = """
import re, resource, subprocess, sys, time
from pathlib import Path
process, most = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL), 0
status = Path(f"/proc/{process.pid}/status")
while process.poll() is None:
    held = re.search(r"RssAnon:\\s+(\\d+)", status.read_text())
    most = max(most, int(held[1]) if held else 0)
    time.sleep(0.01)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(process.returncode, used.ru_utime + used.ru_stime, most / 1024)
"""


def records(folder, n_rows, n_columns=COLUMNS, kind="csv"):
    """The folder of a file with `n_rows` rows of noisy sines, made where it is not there yet."""
    path = folder / f"rows_{n_rows}_columns_{n_columns}_{kind}" / f"T1.{kind}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        t, random = np.arange(n_rows), np.random.default_rng(0)
        times = pd.date_range("2000", periods=n_rows, freq="min", unit="s")
        columns = {"time": pa.array(times)} | {
            f"v{i}": np.round(wave(t, random, i), 4) for i in range(n_columns)
        }
        if kind == "csv":
            pyarrow.csv.write_csv(pa.table(columns), path)
        else:
            pyarrow.parquet.write_table(pa.table(columns), path, row_group_size=ROW_GROUP)
    return path.parent


def wave(t, random, i):
    """The noisy sine of column `i` at the steps `t`."""
    return 10 + 5 * np.sin(t / (7 + 3 * i)) + random.normal(0, 0.5, len(t))


def measured(*command):
    """(CPU seconds, peak MB) of a Python command in a process of its own."""
    words = [sys.executable, "-c", MEASURED, sys.executable, *map(str, command)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    code, seconds, peak = done.stdout.split()
    if int(code):
        raise RuntimeError(f"{command} ended with {code}: {done.stderr}")
    return float(seconds), float(peak)


def row(folder, n_rows, kind, preset, generates):
    """The measurements of `n_rows` rows, by name."""
    data, results = records(folder, n_rows, kind=kind), folder / "results"
    made = folder / "made.csv"
    ours = ["--location", "generic", "--freq", "none", "--data_path", data]
    training = ["--preset", preset, "--report", "none", "--result_dir", results]
    training += ["--autoencoder_steps", 1, "--supervised_steps", 1, "--joint_steps", 1]
    wanted = ["--result_dir", results, "--n_windows", -(-n_rows // STEPS), "--output", made]
    try:
        cells = {
            "pandas": measured("-c", READ.format(kind=kind), data / f"T1.{kind}"),
            "check": measured("gan_train.py", *ours, "--check_only"),
            "train": measured("gan_train.py", *ours, *training),
        }
        if generates:
            cells["generate"] = measured("gan_generator.py", *wanted)
        return cells
    finally:
        made.unlink(missing_ok=True)


def cost_of_steps(data, results, changed):
    """(CPU seconds of a joint step, peak MB) of `--preset best` with the settings `changed`."""
    from gan_train import train

    logging.getLogger("modules").setLevel(logging.INFO)
    few = {f"{phase}_steps": 1 for phase in ("autoencoder", "supervised")}
    how = {"preset": "best", "location": "generic", "report": "none", "heldout": 0.0}
    how |= {"keep_best": False, "data_path": str(data), "result_dir": str(results)}
    with StepClock() as clock:
        train(**how, **few, joint_steps=JOINT_STEPS, log_interval=10, **changed)
    paces = [line.seconds_per_step for line in clock.lines if line.phase == "joint"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return float(np.median(paces[1:])), peak


def cost_of_copula(n_columns, seq_len):
    """CPU seconds of the fit, the first draw and another of a batch, and peak memory in MB."""
    import tensorflow as tf

    from modules.timegan.copula import Copula

    t, random = np.arange(COPULA_ROWS), np.random.default_rng(0)
    waves = np.stack([wave(t, random, i) for i in range(n_columns)], 1).astype(np.float32)
    generator = tf.random.Generator.from_seed(0, alg="philox")
    shape = (BATCH, seq_len, n_columns)
    times = [time.process_time()]
    copula = Copula.fit([f"v{i}" for i in range(n_columns)], waves, t[:-seq_len], seq_len)
    times.append(time.process_time())
    draw = tf.function(lambda: copula(generator, shape), autograph=False)
    for _ in range(2):
        draw().numpy()
        times.append(time.process_time())
    return *np.diff(times), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def print_copulas():
    print("| columns x rows of a window | fitted | first draw | a batch | peak memory, MB |")
    print("|---|---|---|---|---|")
    for size in COPULAS:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            *seconds, peak = pool.submit(cost_of_copula, *size).result()
        shown = " | ".join(f"{s:.2g}" for s in seconds)
        print(f"| {size[0]} x {size[1]} | {shown} | {peak:.0f} |", flush=True)


def print_grid(folder):
    print("| changed | CPU s a joint step | peak memory, MB |\n|---|---|---|")
    for name, values in GRID.items():
        for value in values:
            is_width = name == "columns"
            data = records(folder, GRID_ROWS, value if is_width else COLUMNS)
            changed = {} if is_width else {name: value}
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                how = data, folder / "results", changed
                seconds, peak = pool.submit(cost_of_steps, *how).result()
            print(f"| `{name}` {value} | {seconds:.2f} | {peak:.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", type=int)
    parser.add_argument("--grid", action="store_true", help="the cost of length, width, columns")
    parser.add_argument("--copula", action="store_true", help="the cost of the copula alone")
    parser.add_argument("--parquet", action="store_true", help="of a Parquet file in row groups")
    parser.add_argument("--generate", action="store_true", help="as many rows of the training")
    parser.add_argument("--preset", default="document", help="of the training")
    parser.add_argument("--folder", type=Path, default=ROOT / "benchmark_results" / "scale")
    arguments = parser.parse_args()
    if arguments.grid or arguments.copula:
        print_grid(arguments.folder) if arguments.grid else print_copulas()
        return
    kind = "parquet" if arguments.parquet else "csv"
    generation = " generation |" if arguments.generate else ""
    print(f"| rows | read_{kind} | `--check_only` | training, one step a phase |{generation}")
    print("|---|---|---|---|" + "---|" * arguments.generate)
    for n_rows in arguments.rows:
        found = row(arguments.folder, n_rows, kind, arguments.preset, arguments.generate)
        cells = (f"{s:.1f} s, {mb:.0f} MB" for s, mb in found.values())
        print(f"| {n_rows:,} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
