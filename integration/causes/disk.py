"""Free space on the disk of the home, which is also the disk of an embedded database."""

import shutil
from dataclasses import dataclass
from pathlib import Path

LEAST_SHARE_FREE, LEAST_BYTES_FREE = 0.1, 5 * 10**9


@dataclass(frozen=True)
class Disk:
    """In bytes. `free` is what this process can still write."""

    free: int
    size: int

    @property
    def is_nearly_full(self) -> bool:
        """Both limits count, because a tenth of a large disk lasts for months."""
        return self.free < min(LEAST_SHARE_FREE * self.size, LEAST_BYTES_FREE)


def disk_of(home: Path) -> Disk | None:
    """None if the home does not exist yet."""
    try:
        found = shutil.disk_usage(home)
    except OSError:
        return None
    return Disk(found.free, found.total)
