"""A message with a button that undoes the change that it reports."""

from collections.abc import Mapping

import psycopg

from integration.sign_in.sessions import store_message
from integration.web.page.visit import Visit


def show_next_with_undo(
    visit: Visit,
    connection: psycopg.Connection,
    text: str,
    *,
    action: str,
    fields: Mapping[str, str],
) -> None:
    """Stores a message for the next page of this session, in the transaction of the change. Its
    button sends these fields to `action`.
    """
    if visit.session:
        undo = {"action": action, "fields": dict(fields)}
        store_message(connection, visit.session, {"text": text, "tone": "good", "undo": undo})
