"""Where the database holds text that is encrypted with ENCRYPTION_KEY: all of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from psycopg.sql import SQL, Identifier

from integration.database.postgres import transaction


@dataclass(frozen=True)
class EncryptedColumn:
    table: str
    key: str  # the table's primary key
    column: str


ENCRYPTED = (
    EncryptedColumn("integration.tokens", "connection_id", "access_token"),
    EncryptedColumn("integration.tokens", "connection_id", "refresh_token"),
    EncryptedColumn("integration.openid_providers", "organization_id", "client_secret"),
    EncryptedColumn("integration.mails", "mail_id", "sealed"),
)


def can_read_some(connection: psycopg.Connection, keys: Sequence[str]) -> bool | None:
    """Whether one of the keys reads any of what is encrypted; None if nothing is."""
    cipher = MultiFernet([Fernet(key) for key in keys])
    is_empty = True
    for column in ENCRYPTED:
        for (text,) in connection.execute(
            SQL("select {} from {} where {} is not null").format(
                Identifier(column.column), _table(column), Identifier(column.column)
            )
        ):
            is_empty = False
            try:
                cipher.decrypt(text)
            except InvalidToken:
                continue
            return True
    return None if is_empty else False


def anything_is_encrypted(connection: psycopg.Connection) -> bool:
    found = SQL(" or ").join(
        SQL("exists (select from {} where {} is not null)").format(
            _table(column), Identifier(column.column)
        )
        for column in ENCRYPTED
    )
    row = connection.execute(SQL("select {}").format(found)).fetchone()
    return bool(row and row[0])


@dataclass(frozen=True)
class EncryptedAgain:
    changed: int
    unreadable: int  # with any of the keys


def encrypt_again(url: str, keys: Sequence[str]) -> EncryptedAgain:
    """Encrypts with the first key what another one has encrypted. Each value has a transaction of
    its own, which waits for a process that renews a token and keeps no other waiting.
    """
    newest, cipher = Fernet(keys[0]), MultiFernet([Fernet(key) for key in keys])
    changed = unreadable = 0
    for column in ENCRYPTED:
        table, key, text = _table(column), Identifier(column.key), Identifier(column.column)
        with transaction(url) as connection:
            found = connection.execute(
                SQL("select {} from {} where {} is not null order by 1").format(key, table, text)
            ).fetchall()
        for (row,) in found:
            with transaction(url) as connection:
                value = connection.execute(
                    SQL("select {} from {} where {} = %s for update").format(text, table, key),
                    [row],
                ).fetchone()
                if value is None or value[0] is None or _is_readable(newest, value[0]):
                    continue
                try:
                    again = cipher.rotate(value[0]).decode()
                except InvalidToken:
                    unreadable += 1
                    continue
                connection.execute(
                    SQL("update {} set {} = %s where {} = %s").format(table, text, key),
                    [again, row],
                )
                changed += 1
    return EncryptedAgain(changed, unreadable)


def _is_readable(key: Fernet, text: str) -> bool:
    try:
        key.decrypt(text)
    except InvalidToken:
        return False
    return True


def _table(column: EncryptedColumn) -> Identifier:
    return Identifier(*column.table.split("."))
