"""Chooses the WorkSights user with an email, which users of several organizations may have."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

import click


class InOrganization(Protocol):
    @property
    def organization_id(self) -> str: ...


User = TypeVar("User", bound=InOrganization)


def only_user(found: Sequence[User]) -> User:
    """The only user with the email, or an error that names the next step."""
    if not found:
        raise click.ClickException(
            "No WorkSights user has this email. Check the email and --organization, or import the "
            "user: worksights-zoom import-users FILE.csv --organization ID"
        )
    if len(found) > 1:
        organizations = ", ".join(sorted(user.organization_id for user in found))
        raise click.ClickException(
            "Users of several organizations have this email. Add --organization with one of: "
            f"{organizations}."
        )
    return found[0]
