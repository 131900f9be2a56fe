"""What goes wrong for a user, and the exit code that says so."""

ASKED_TO_END = 128  # what a shell adds to the number of the signal that ended a program


class DataError(ValueError):
    """The input cannot be used: a file, a column, a run. The program ends with exit code 2."""

    exit_code = 2


class RunError(RuntimeError):
    """A run that had started failed: diverged, or could not be written. Exit code 1."""

    exit_code = 1


class Stopped(RunError):
    """A signal stopped a run, which is saved and can go on. Exit code 130 or 143.

    That is the shell's: `number` + 128, for Ctrl-C and for `kill`.
    """

    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.exit_code = ASKED_TO_END + number


class SettingsError(ValueError):
    """A setting is unknown, out of range, or does not go with another. Exit code 2."""

    exit_code = 2
