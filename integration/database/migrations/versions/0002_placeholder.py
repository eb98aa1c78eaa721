"""Holds the number of a migration that is written elsewhere."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    pass
