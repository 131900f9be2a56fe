"""Train for hours and watch the memory:

    python -m tests.benchmarks.soak --minutes 180

A training of the bundled sample in a process of its own, with checkpoints and log lines all along.
Its resident memory is read every ten seconds (Linux only); the medians of the hours' thirds should
lie within 2 % of each other once the first tenth, compilation and first checkpoints, is over.
`--share 0.1` stops it for nine tenths of every two seconds and leaves the machine to others.
"""

import argparse
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
TRAINING = (
    "--train_step 100 --joint_steps 100000000 --sel_rnn GRU --hidden_dim 24 "
    "--checkpoint_interval 200 --log_interval 50 --report none"
).split()
PERIOD, PERIODS_BETWEEN = 2, 5  # seconds of run and stop together; of them between two readings
SETTLED_AFTER = 0.1  # of the time
LARGEST_GROWTH = 0.02


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=180)
    parser.add_argument("--share", type=float, default=1, help="of the time that it is let run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seconds = 60 * arguments.minutes
        samples, steps, exit_code = train(Path(folder), seconds, arguments.share)
    thirds = in_thirds(samples, seconds)
    growth = max(thirds) / min(thirds) - 1
    print(
        f"{arguments.minutes:g} minutes, {steps} joint steps, {len(samples)} readings: median "
        f"resident memory of the thirds {', '.join(f'{mib:.1f}' for mib in thirds)} MiB, "
        f"{growth:.2%} apart; peak {max(mib for _, mib in samples):.1f} MiB; exit code {exit_code}"
    )
    return 0 if growth <= LARGEST_GROWTH and exit_code == 130 else 1


def train(folder, seconds, share):
    """Train in `folder` for so long; return [(second, MiB)], the last step, and the exit code."""
    command = [sys.executable, str(ROOT / "gan_train.py"), *TRAINING]
    began = time.monotonic()
    samples = []
    with (folder / "said.txt").open("w") as said:
        training = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
        while (now := time.monotonic() - began) < seconds and training.poll() is None:
            samples.append((now, resident(training.pid)))
            for _ in range(PERIODS_BETWEEN):
                _let_run(training, share)
        training.send_signal(signal.SIGINT)
        exit_code = training.wait()
    said = (folder / "said.txt").read_text(errors="replace")
    stopped = re.search(r"Stopped at joint step (\d+)", said)
    return samples, int(stopped[1]) if stopped else said[-300:], exit_code


def _let_run(training, share):
    """Spend one period, of which `training` runs for `share`."""
    time.sleep(PERIOD * share)
    if share < 1:
        training.send_signal(signal.SIGSTOP)
        time.sleep(PERIOD * (1 - share))
        training.send_signal(signal.SIGCONT)


def resident(pid):
    """Resident memory of the process, MiB; 0 where it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def in_thirds(samples, seconds):
    """Median MiB of each third of the time after the first tenth."""
    first = SETTLED_AFTER * seconds
    third = (seconds - first) / 3
    parts = [[], [], []]
    for second, mib in samples:
        if second >= first:
            parts[min(2, int((second - first) / third))].append(mib)
    return [statistics.median(part) for part in parts]


if __name__ == "__main__":
    sys.exit(main())
