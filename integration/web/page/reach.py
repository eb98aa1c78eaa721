"""Whose days and outcomes the viewer may see besides their own."""

from dataclasses import dataclass

import psycopg

from integration.directory.reports import reports_of
from integration.directory.rights import Right
from integration.web.page.visit import Visit


@dataclass(frozen=True)
class Reach:
    """Everybody's, or those of the users who report to the viewer; both may be nobody."""

    viewer: str
    everybody: bool
    reports: frozenset[str]

    def covers(self, user_id: str | None) -> bool:
        """Whether the viewer may see this user's. A user of another organization is never asked
        for: ids are looked up in the viewer's organization first.
        """
        return user_id is not None and (
            self.everybody or user_id == self.viewer or user_id in self.reports
        )

    @property
    def users(self) -> list[str] | None:
        """The ids of all whom it covers; None for everybody."""
        return None if self.everybody else sorted({self.viewer, *self.reports})


def reach_of(
    connection: psycopg.Connection, visit: Visit, everybody: Right = Right.SEE_EVERY_TIMELINE
) -> Reach:
    """`everybody` is the right to see everybody's."""
    viewer = visit.viewer
    sees_all = visit.may(everybody)
    reports: frozenset[str] = frozenset()
    if not sees_all and visit.may(Right.SEE_REPORTS):
        reports = reports_of(connection, viewer.user_id, organization_id=viewer.organization_id)
    return Reach(viewer.user_id, sees_all, reports)
