"""A process that trains one side's way when asked to."""

import json
import subprocess
import time


class Side:
    """`module`: of this folder, with its arguments but the last, which is `case`.

    `parameters`: weights that it trains, by network; `first_step`: seconds from the start of the
    process to the end of its first step, once that is made.
    """

    def __init__(self, python, module, case, root):
        name, *arguments = module.split()
        command = [python, "-m", f"tests.benchmarks.speed.{name}", *arguments, case]
        self._started, self.first_step = time.perf_counter(), None
        self._process = subprocess.Popen(
            command, cwd=root, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        told = self._answer()
        self.parameters, self.version = told["parameters"], told["version"]

    def ask(self, **question):
        """Return what the process answers to `question`, see `serving.serve`."""
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def make_first_step(self, phase):
        self.ask(phase=phase, seconds=0)
        self.first_step = time.perf_counter() - self._started

    def close(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"A side ended by itself: {self._process.args}")
        return json.loads(line)
