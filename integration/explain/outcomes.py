"""The outcomes: their names, the steps at which they end, and how to fix them.

dbt decides which outcome applies (int_outcomes.sql) and gives the reason (int_outcome_details.sql).
"""

from dataclasses import dataclass
from typing import Literal

Page = Literal["users", "features", "connections"]
StepName = Literal["eligible", "mapped", "active user", "switched on", "entry"]


@dataclass(frozen=True)
class Outcome:
    """`name` is shown on the page. `next_step` says how to fix it, `page` where; both are empty if
    it cannot be fixed.
    """

    name: str
    step: StepName
    next_step: str = ""
    page: Page | None = None


_SWITCH_ON = (
    "On the Features page, switch the feature on from the day the session ended, or earlier."
)

# In the order in which they apply (contract, 5.10).
OUTCOMES = {
    "before_connection": Outcome("Before connection", "eligible"),
    "after_disconnection": Outcome(
        "After disconnection",
        "eligible",
        "On the Connections page, check whether to reconnect the account.",
        "connections",
    ),
    "not_answered": Outcome("Not answered", "eligible"),
    "waiting_room_only": Outcome("Stayed in waiting room", "eligible"),
    "zero_duration": Outcome("No time in session", "eligible"),
    "no_identity": Outcome("Not identified", "eligible"),
    "not_mapped": Outcome(
        "Not mapped",
        "mapped",
        "On the Users page, map their Zoom user from the day the session ended, or earlier.",
        "users",
    ),
    "user_inactive": Outcome("User inactive", "active user"),
    "feature_off": Outcome("Off for the organization", "switched on", _SWITCH_ON, "features"),
    "not_subscribed": Outcome("Off for this person", "switched on", _SWITCH_ON, "features"),
    "excluded": Outcome("On exclusion list", "entry"),
    "activity": Outcome("On the timeline", "entry"),
}
