"""The disk of the home. With the embedded database, it is the database's disk, too."""

import shutil
from dataclasses import dataclass
from pathlib import Path

SHARE, BYTES = 0.1, 5 * 10**9


@dataclass(frozen=True)
class Disk:
    """`free` is what this process may still write, in bytes."""

    free: int
    size: int

    @property
    def is_nearly_full(self) -> bool:
        """Below a tenth, and below 5 GB: a tenth of a large disk lasts for months."""
        return self.free < SHARE * self.size and self.free < BYTES


def disk_of(home: Path) -> Disk | None:
    """None if the home does not exist yet."""
    try:
        found = shutil.disk_usage(home)
    except OSError:
        return None
    return Disk(found.free, found.total)
