"""What Zoom's errors about single users and sessions mean for their account. None of them stops the
others; but if Zoom refuses all of them, it is the account that lacks a permission or a plan.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from integration.healing.budget import OutOfTime
from integration.healing.work import READERS, is_about_one, is_gone, is_refusal
from integration.zoom.errors import SCOPES_MISSING, TransientZoomError, ZoomError


def is_refused(answer: object) -> bool:
    """Whether Zoom refuses one user or session that it knows."""
    return (
        isinstance(answer, ZoomError)
        and is_about_one(answer)
        and not isinstance(answer, TransientZoomError)
        and not is_gone(answer)
    )


def has_to_be_asked_again(answer: object) -> bool:
    return isinstance(answer, OutOfTime | TransientZoomError) or (
        isinstance(answer, ZoomError) and not is_about_one(answer)
    )


@dataclass
class Answers:
    """The answers of one pass over users or sessions. `refusal` is why Zoom refuses all of them,
    `failure` the first error after which one of them has to be asked again, and `skipped` the
    number of those that Zoom refuses or does not know. Fewer than `enough` refused ones, alone, say
    nothing about the others.
    """

    is_any_readable: bool = False
    enough: int = 1
    refusal: str | None = None
    failure: ZoomError | None = None
    skipped: int = 0
    _refused: int = 0
    _first_refused: ZoomError | None = None
    _stops: Exception | None = None

    def take(self, answers: Iterable[object]) -> None:
        """Some more of them."""
        answers = list(answers)
        passing = [one for one in answers if isinstance(one, TransientZoomError)]
        refused = [one for one in answers if isinstance(one, ZoomError) and is_refused(one)]
        gone = [one for one in answers if isinstance(one, ZoomError) and is_gone(one)]
        again = [one for one in answers if has_to_be_asked_again(one)]
        self.is_any_readable = self.is_any_readable or len(again) + len(refused) < len(answers)
        self.skipped += len(refused) + len(gone)
        self.failure = self.failure or next(iter(passing), None)
        self._refused += len(refused)
        self._first_refused = self._first_refused or next(iter(refused), None)
        for one in refused:
            if one.code == SCOPES_MISSING:
                self.refusal = self.refusal or str(one)
        of_all = [one for one in again if isinstance(one, ZoomError) and not is_about_one(one)]
        late = [one for one in again if isinstance(one, OutOfTime)]
        down = passing if len(passing) == len(answers) >= READERS else []
        self._stops = next(iter((*of_all, *late, *down)), None)

    def stop(self) -> None:
        """Raises OutOfTime and errors that concern all, and the first error if it looks as if Zoom
        could not answer at the moment.
        """
        if self._stops is not None:
            raise self._stops

    def end(self) -> None:
        """After the last one: whether Zoom refuses all of them."""
        if self._first_refused is None or self.is_any_readable or self._refused < self.enough:
            return
        if is_refusal(self._first_refused):
            self.refusal = self.refusal or str(self._first_refused)
        else:
            self.failure = self.failure or self._first_refused
