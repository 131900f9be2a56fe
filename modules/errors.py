"""What goes wrong for a user, and the exit code that says so."""


class DataError(ValueError):
    """The input cannot be used: a file, a column, a run. The program ends with exit code 2."""

    exit_code = 2


class RunError(RuntimeError):
    """A run that had started failed: diverged, or could not be written. Exit code 1."""

    exit_code = 1


class Stopped(RunError):
    """The user stopped a run, which is saved and can go on. Exit code 130, the shell's."""

    exit_code = 130


class SettingsError(ValueError):
    """A setting is unknown, out of range, or does not go with another. Exit code 2."""

    exit_code = 2
