"""What Zoom's errors about single users and sessions mean for their account. None of them stops the
others; but if Zoom refuses all of them, it is the account that lacks a permission or a plan.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from integration.healing.work import is_gone, is_refusal
from integration.zoom.errors import SCOPES_MISSING, TransientZoomError, ZoomError


def is_refused(answer: object) -> bool:
    """Whether Zoom refuses one user or session that it knows."""
    return isinstance(answer, ZoomError) and not (
        isinstance(answer, TransientZoomError) or is_gone(answer)
    )


@dataclass
class Answers:
    """The answers of one pass over users or sessions. `refusal` is why Zoom refuses all of them,
    `failure` the first error after which one of them has to be asked again, and `skipped` the
    number of those that Zoom refuses or does not know.
    """

    is_any_readable: bool = False
    refusal: str | None = None
    failure: ZoomError | None = None
    skipped: int = 0
    _first_refused: ZoomError | None = None

    def take(self, answers: Iterable[object]) -> None:
        """Some more of them. Raises the first error if none can be read at the moment."""
        passing = []
        readable = 0
        for one in answers:
            if isinstance(one, TransientZoomError):
                passing.append(one)
            elif isinstance(one, ZoomError) and is_refused(one):
                self._first_refused = self._first_refused or one
                if one.code == SCOPES_MISSING:
                    self.refusal = self.refusal or str(one)
                self.skipped += 1
            else:
                readable += 1
                self.skipped += isinstance(one, ZoomError)
        if passing and not readable and not self._first_refused:
            raise passing[0]
        self.is_any_readable = self.is_any_readable or readable > 0
        self.failure = self.failure or next(iter(passing), None)

    def end(self) -> None:
        """After the last one: whether Zoom refuses all of them."""
        if self._first_refused is None or self.is_any_readable:
            return
        if is_refusal(self._first_refused):
            self.refusal = self.refusal or str(self._first_refused)
        else:
            self.failure = self.failure or self._first_refused
