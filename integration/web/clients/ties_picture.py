"""The picture of relationships: users on the left, companies on the right, lines between them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from integration.web.clients.ties import DrawnTie

ROW_HEIGHT = 34
THINNEST, THICKEST = 1.5, 9.0


@dataclass(frozen=True)
class Line:
    """A line; `left` and `right` are the heights of its ends, in pixels from the top."""

    left: float
    right: float
    width: float
    tie: DrawnTie


@dataclass(frozen=True)
class TiesPicture:
    """`users` and `companies` are (id, name), from top to bottom."""

    height: int
    users: list[tuple[str, str]]
    companies: list[tuple[str, str]]
    lines: list[Line]


def draw_ties(ties: Sequence[DrawnTie]) -> TiesPicture:
    """Puts the companies in the order of the relationships, and each user next to the companies
    they meet most, so that few lines cross. Both sides fill the whole height; the strongest lines
    are on top.
    """
    companies = list({tie.company_id: tie.company_name for tie in ties}.items())
    place = {company_id: number for number, (company_id, _) in enumerate(companies)}
    of_user: dict[tuple[str, str], list[DrawnTie]] = defaultdict(list)
    for tie in ties:
        of_user[tie.user_id, tie.full_name].append(tie)

    def middle(own: list[DrawnTie]) -> float:
        return sum(place[t.company_id] * t.strength for t in own) / sum(t.strength for t in own)

    users = sorted(of_user, key=lambda user: (middle(of_user[user]), user))
    height = max(len(users), len(companies)) * ROW_HEIGHT
    left = _middles([user_id for user_id, _ in users], height)
    right = _middles([company_id for company_id, _ in companies], height)
    lines = [
        Line(
            left=left[tie.user_id],
            right=right[tie.company_id],
            width=round(THINNEST + (THICKEST - THINNEST) * tie.strength / 100, 1),
            tie=tie,
        )
        for tie in sorted(ties, key=lambda tie: tie.strength)
    ]
    return TiesPicture(height, users, companies, lines)


def _middles(ids: Sequence[str], height: float) -> dict[str, float]:
    """id -> position, spread evenly over the height."""
    return {one: (number + 0.5) * height / len(ids) for number, one in enumerate(ids)}
