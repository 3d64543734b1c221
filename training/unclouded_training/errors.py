"""Faults of what a command was given, told as one sentence instead of a stack trace."""
from __future__ import annotations

from typing import Callable


class InputError(Exception):
    """What is wrong with the imagery, a config or the weights, and what to do."""


def command(main: Callable[[], None]) -> None:
    """Run a command; it ends with status 1 and the sentence of an InputError, or the name of a file that is missing."""
    try:
        main()
    except InputError as error:
        raise SystemExit(f"error: {error}") from None
    except FileNotFoundError as error:
        raise SystemExit(f"error: {error.filename} is missing" if error.filename else f"error: {error}") from None
