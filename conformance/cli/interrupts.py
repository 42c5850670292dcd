"""Ctrl-C and SIGTERM during a run, held back until the request under way has its answer.

A request that is cut off may have made a resource that the run then does not know of. So the first
signal is noted, and raised as KeyboardInterrupt before the next request is sent; a second one, for
a slow target, is raised at once. Where nothing is under way, as while requests are planned, the
first one is raised at once, too.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from conformance.transport.exchange import CheckedTransport, Transport

SIGNALS = (signal.SIGINT, signal.SIGTERM)
NOTED = b"\nending after this request (once more to end at once)\n"


class Interrupts:
    """The signals of a run: they raise KeyboardInterrupt at once, except inside ``held_back``."""

    def __init__(self) -> None:
        self._holding = self._requested = self._ended = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Handle SIGTERM as Ctrl-C; afterwards both handlers are as before."""
        # The parent process may have disabled interrupts for this one (nohup, `&`).
        heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        before = {number: signal.signal(number, self._hear) for number in heard}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Delay the first signal until ``check``."""
        self._holding = True
        try:
            yield
        finally:
            self._holding = False

    @contextmanager
    def free(self) -> Iterator[None]:
        """Inside ``held_back``, for work that may stop at any moment: signals raise at once."""
        self.check()
        held, self._holding = self._holding, False
        try:
            yield
        finally:
            self._holding = held and not self._ended

    def check(self) -> None:
        """Raise KeyboardInterrupt, once, for a signal that was delayed."""
        in_main_thread = threading.current_thread() is threading.main_thread()
        if self._requested and self._holding and in_main_thread:
            self._holding, self._ended = False, True
            raise KeyboardInterrupt

    def wrapped(self, inner: Transport) -> Transport:
        return CheckedTransport(inner, self.check)

    def _hear(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as it is called
        if self._requested or not self._holding:
            self._requested = self._ended = True
            raise KeyboardInterrupt
        self._requested = True
        # Not through the buffers of sys.stderr: they may be in the middle of a write.
        os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, NOTED)
