"""The log files of `up`. Each is appended to, also by the next start, and limited in size."""

import contextlib
import logging
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from integration.quantities import quantity

FILE_BYTES = 10_000_000
OLDER_FILES = 4  # receiver.log.1 is the one before receiver.log
# A batch prints a few hundred lines. Without a limit, a database that does not answer fills all
# files with the same tracebacks within hours, and what came before is lost.
LINES_A_MINUTE = 1000
LONGEST_LINE = 20_000
LAST_LINES = 15
COLORS = re.compile(r"\x1b\[[0-9;]*m")  # Dagster prints them, whoever reads its output
ENDING_SECONDS = 2  # a process that another one started may keep the pipe open


class ProcessLog:
    """Copies what one process prints to its log file, in a thread of its own."""

    def __init__(
        self,
        path: Path,
        output: IO[bytes],
        *,
        file_bytes: int = FILE_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._output = output
        self._file = _File(path, maxBytes=file_bytes, backupCount=OLDER_FILES, encoding="utf-8")
        self._limit = LineLimit(clock)
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._thread = threading.Thread(target=self._copy, name=f"log of {path.stem}", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Waits until everything that the process printed before it stopped is written."""
        self._thread.join(ENDING_SECONDS)

    def last_lines(self) -> str:
        """The last lines of a process that has ended."""
        self.wait()
        return "\n".join(self._last)

    def _copy(self) -> None:
        self._write(f"--- started at {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC ---")
        while line := self._output.readline(LONGEST_LINE):
            text = COLORS.sub("", line.decode(errors="replace")).rstrip("\r\n")
            self._last.append(text)
            for allowed in self._limit.allowed(text):
                self._write(allowed)
        for left in self._limit.at_the_end(list(self._last)):
            self._write(left)
        self._output.close()
        with contextlib.suppress(OSError):  # a full disk, as below
            self._file.close()

    def _write(self, text: str) -> None:
        self._file.emit(logging.makeLogRecord({"msg": text}))


class LineLimit:
    """Lets through a number of lines in each minute, and says how many it left out."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since = clock()
        self._lines = 0

    def allowed(self, line: str) -> list[str]:
        """The lines to write instead of this one."""
        before: list[str] = []
        if self._clock() - self._since >= 60:
            before = self._summary()
            self._since, self._lines = self._clock(), 0
        self._lines += 1
        return [*before, line] if self._lines <= LINES_A_MINUTE else before

    def at_the_end(self, last: list[str]) -> list[str]:
        """If lines were left out, the last ones: they say why the process ended."""
        left_out = self._lines - LINES_A_MINUTE
        return [*self._summary(), *last[-left_out:]] if left_out > 0 else []

    def _summary(self) -> list[str]:
        left_out = self._lines - LINES_A_MINUTE
        if left_out <= 0:
            return []
        lines = quantity(left_out, "line")
        return [f"--- {lines} skipped: the limit is {LINES_A_MINUTE:,} per minute ---"]


class _File(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk costs lines, not the process: its output is still read."""
