"""Placeholder: replaced by another branch's revision."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    pass
