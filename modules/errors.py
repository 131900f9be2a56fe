"""What goes wrong for a user, and the exit code that says so."""


class DataError(ValueError):
    """The input cannot be used: a file, a column, a run. The program ends with exit code 2."""

    exit_code = 2


class RunError(RuntimeError):
    """A run that had started failed: diverged, or could not be written. Exit code 1."""

    exit_code = 1
