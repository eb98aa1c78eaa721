"""Firms side by side: organizations in one database, with the same people, sessions and batches.

Each firm has settings of its own, so the same few batches show the effect of every setting, and
that a setting of one firm changes nothing for another.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.pipeline.installation import Installation

MAP = """
    insert into integration.mapping_changes (zoom_account_id, zoom_user_id, user_id, effective_from)
    values
"""
SWITCH = """
    insert into integration.subscription_changes
        (organization_id, user_id, feature, is_on, effective_from)
    values
"""
EXCLUDE = "insert into integration.exclusions (organization_id, email_or_domain) values "


@dataclass(frozen=True)
class Firm:
    """`emails`: those of its WorkSights users, by their name in the story (ann, ben)."""

    name: str
    emails: Mapping[str, str]
    account: str = ""

    def __post_init__(self) -> None:
        if not self.account:
            object.__setattr__(self, "account", f"account-of-{self.name}")

    def user(self, who: str) -> str:
        return f"{self.name}-{who}"

    @property
    def names(self) -> dict[str, str]:
        """For SQL: %(org)s, %(account)s, and the user ids as %(ann)s and so on."""
        users = {who: self.user(who) for who in self.emails}
        return {"org": self.name, "account": self.account, **users}

    def create(self, installation: Installation, *settings: str) -> None:
        """Creates it with its users, its connection and these settings (SQL with its names)."""
        users = {self.user(who): email for who, email in self.emails.items()}
        installation.organization(self.name, account=self.account, users=users)
        self.set(installation, *settings)

    def set(self, installation: Installation, *settings: str) -> None:
        for statement in filter(None, settings):
            installation.execute(statement, self.names)
