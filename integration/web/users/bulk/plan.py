"""Decides what a bulk mapping does to each chosen Zoom user: save, wait for a second person, or
skip with a reason.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from integration.web.changes.mapping_effects import MappingPeriod
from integration.web.users.bulk.choices import BY_EMAIL, NOBODY
from integration.web.users.bulk.chosen import Chosen
from integration.web.users.mapping_changes import NewMapping
from integration.web.users.owners import Person

Does = Literal["save", "request", "skip"]


@dataclass(frozen=True)
class Step:
    """What happens to one Zoom user. `why` is why it is skipped or waits, `warning` what to check.
    `gains` is who would get the entries, and `loses` who has them now, if it waits.
    """

    chosen: Chosen
    does: Does
    effective_from: datetime
    why: str = ""
    warning: str = ""
    gains: str | None = None
    loses: str | None = None
    is_left_out: bool = False
    owners: tuple[str, ...] = ()

    @property
    def affected(self) -> set[str | None]:
        """Whose entries it may add or remove."""
        by_email = self.owners if self.is_by_email else ()
        return {self.chosen.user_id, self.chosen.mapped_to, *by_email}

    @property
    def is_by_email(self) -> bool:
        return self.chosen.to == BY_EMAIL

    @property
    def new_mapping(self) -> NewMapping:
        return NewMapping(
            self.chosen.zoom_user_id,
            self.chosen.zoom_account_id,
            self.chosen.user_id,
            self.effective_from,
            is_by_email=self.is_by_email,
        )

    @property
    def period(self) -> MappingPeriod:
        return MappingPeriod(
            self.chosen.zoom_user_id,
            self.chosen.user_id,
            self.effective_from,
            is_by_email=self.is_by_email,
        )


@dataclass(frozen=True)
class Plan:
    steps: tuple[Step, ...]

    def of(self, does: Does) -> list[Step]:
        return [step for step in self.steps if step.does == does]

    @property
    def listed(self) -> list[Step]:
        """What is saved, and what the person left out, which can be chosen again."""
        return [step for step in self.steps if step.does == "save" or step.is_left_out]

    @property
    def skipped(self) -> list[Step]:
        return [step for step in self.of("skip") if not step.is_left_out]

    @property
    def to_users(self) -> list[Step]:
        return [step for step in self.of("save") if step.chosen.user_id]

    @property
    def to_nobody(self) -> list[Step]:
        return [step for step in self.of("save") if step.chosen.to == NOBODY]

    @property
    def to_email(self) -> list[Step]:
        return [step for step in self.of("save") if step.is_by_email]

    @property
    def warned(self) -> list[Step]:
        return [step for step in self.steps if step.warning and step.does != "skip"]

    @property
    def digest(self) -> str:
        """Differs if the plan differs from the one that somebody saw. The times are left out,
        because "now" passes between the preview and the save.
        """
        seen = [
            (s.chosen.zoom_user_id, s.chosen.to, s.chosen.mapping, s.chosen.mapped_to, s.does)
            for s in self.steps
        ]
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:32]


def plan_of(
    chosen: Sequence[Chosen],
    moments: Mapping[str, datetime],
    owners: Mapping[str, list[Person]],
    *,
    viewer_id: str,
    left_out: frozenset[str] = frozenset(),
) -> Plan:
    """`moments` is from when each Zoom user's mapping applies, `owners` the active users whose
    email it has had since then.
    """
    return Plan(
        tuple(
            _step(
                one,
                moments[one.zoom_user_id],
                owners.get(one.zoom_user_id, []),
                viewer_id=viewer_id,
                is_left_out=one.zoom_user_id in left_out,
            )
            for one in chosen
        )
    )


def _step(
    one: Chosen, moment: datetime, owners: list[Person], *, viewer_id: str, is_left_out: bool
) -> Step:
    if why := _why_skipped(one):
        return Step(one, "skip", moment, why)
    if is_left_out:
        return Step(one, "skip", moment, "skipped by you", is_left_out=True)
    warning = ""
    if one.other_zoom_user and one.mapped_to != one.user_id:
        warning = f"{one.user_name} already has the Zoom user {one.other_zoom_user}"
    elif one.deactivated_at is not None:
        warning = f"{one.user_name} is deactivated: later sessions get no entry"
    why, gains = _who_confirms(one, owners, viewer_id)
    ids = tuple(owner.user_id for owner in owners)
    if not why:
        return Step(one, "save", moment, warning=warning, owners=ids)
    known = one.mapped_to if one.to == BY_EMAIL or not owners else owners[0].user_id
    loses = known if known != gains else None
    return Step(one, "request", moment, why, warning, gains, loses)


def _who_confirms(one: Chosen, owners: list[Person], viewer_id: str) -> tuple[str, str | None]:
    """Why a second person has to confirm it, and who gains (contract, section 2)."""
    if one.to == BY_EMAIL:
        is_own = any(owner.user_id == viewer_id for owner in owners)
        return ("it would add entries to your own timeline", viewer_id) if is_own else ("", None)
    if one.user_id is None:
        return "", None
    if one.user_id == viewer_id:
        return "it would add entries to your own timeline", viewer_id
    if owners and owners[0].user_id != one.user_id:
        return f"this Zoom user has the email of {owners[0].full_name}", one.user_id
    return "", None


def _why_skipped(one: Chosen) -> str:
    if one.problem:
        return one.problem
    if one.is_waiting:
        return "a mapping is already waiting for a second person"
    if one.to == NOBODY:
        return "already mapped to Nobody" if one.mapping == "nobody" else ""
    if one.to == BY_EMAIL:
        return "" if one.mapping in ("manual", "nobody") else "already follows the email"
    if one.user_id == one.mapped_to:
        return f"already mapped to {one.user_name}"
    return ""
