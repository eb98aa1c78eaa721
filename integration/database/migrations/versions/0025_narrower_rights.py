"""Narrows two rights that nothing needs: the page's on connections, and on triggers' functions."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- Which account belongs to whom, and since when, is decided once.
revoke update on integration.connections from page;
grant update (
    label, owner_user_id, status, status_detail, granted_at, disconnected_at, next_import_at,
    erase_due_at
) on integration.connections to page;

-- These act with the owner's rights. They need no grant to fire, but whoever may execute one can
-- use it in a trigger on a table of their own, with rows of their choice.
revoke execute on function
    integration.chain_audit_entry, integration.record_user_change,
    integration.record_manager_change, integration.end_sign_ins
from public;
"""
