"""A firm with two weeks in its marts, and a mail server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from integration.database.postgres import connect
from integration.notify.digest import send_digests
from integration.settings import Settings
from tests.databases import new_database
from tests.notify.smtp_server import MailBox, mail_box
from tests.pipeline.installation import ENCRYPTION_KEY, template_with_tables

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
MONDAY = date(2026, 11, 23)
SEVEN = datetime(2026, 11, 23, 7, tzinfo=UTC)  # for everybody who has the zone UTC
NEXT_SEVEN = SEVEN + timedelta(days=7)
PAGE = "https://page.example"
H = 3600

# user -> role, manager
PEOPLE = {
    "eve": ("executive", None),
    "mia": ("manager", "eve"),
    "moe": ("manager", "mia"),  # his team is part of hers
    "ann": ("member", "mia"),
    "ben": ("member", "moe"),
    "cyd": ("member", "moe"),
    "ada": ("admin", None),
}
# user, day, hours, hours with somebody from outside
DAYS = [
    ("eve", "2026-11-16", 4, 4),
    ("ann", "2026-11-16", 3, 1),
    ("ann", "2026-11-22", 2, 0),
    ("ben", "2026-11-18", 1, 1),
    ("ann", "2026-11-09", 2, 1),
    ("cyd", "2026-11-15", 6, 0),
    ("ann", "2026-11-23", 8, 8),  # Monday itself is not over
]
# company, session, user, when
MEETINGS = [
    ("co-known", "s0", "eve", "2026-10-01"),
    ("co-known", "s1", "eve", "2026-10-20"),
    ("co-known", "s2", "eve", "2026-11-16"),
    ("co-known", "s3", "ann", "2026-11-16"),
    ("co-new", "s4", "ben", "2026-11-18"),
    ("co-quiet", "s5", "cyd", "2026-10-20"),  # 30 days before 19 November
    ("co-before", "s6", "ann", "2026-11-10"),
]


@dataclass(frozen=True)
class Firm:
    url: str
    settings: Settings
    box: MailBox

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with connect(self.url) as connection:
            cursor = connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def subscribe(self, *users: str) -> None:
        for user in users:
            self.rows(
                "insert into integration.digest_subscriptions "
                "(organization_id, user_id, is_on, changed_at) values ('firm', %s, true, %s)",
                user,
                LONG_AGO,
            )

    def spend(self, hours: int, day: str, *users: str, outside: int = 0) -> None:
        """Puts these users into sessions for so many hours of this day."""
        for user in users:
            self.rows(
                "insert into timeline.user_days (organization_id, user_id, activity_count, "
                "hosted_count, seconds, external_seconds, meetings_seconds, webinars_seconds, "
                "phone_seconds, day) values ('firm', %s, 1, 0, %s, %s, 0, 0, 0, %s)",
                user, hours * H, outside * H, day,
            )  # fmt: skip

    def choose(self, name: str, value: str) -> None:
        self.rows(
            "insert into integration.privacy_settings (organization_id, name, value, changed_by) "
            "values ('firm', %s, %s, 'eve')",
            name,
            value,
        )

    def send(self, now: datetime = SEVEN) -> tuple[int, int]:
        return send_digests(self.settings, self.url, clock=lambda: now)

    def send_four_times_at_once(self, now: datetime = SEVEN) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: self.send(now), range(4)))

    @property
    def readers(self) -> list[str]:
        return sorted(mail.recipient.partition("@")[0] for mail in self.box.received)

    def mails(self) -> list[tuple[Any, ...]]:
        return self.rows("select user_id, status, reason from integration.mails order by 1")

    def reset(self) -> None:
        """As at the start: nobody gets a digest."""
        self.box.received.clear()
        self.box.answers = {}
        self.box.connections = 0
        for table in ("mails", "digest_subscriptions", "privacy_settings", "access_log"):
            self.rows(f"delete from integration.{table}")  # noqa: S608  (our own names)
        self.rows("delete from worksights.users")
        self.rows("delete from timeline.user_days")
        for user, day, hours, outside in DAYS:
            self.spend(hours, day, user, outside=outside)
        for user, (role, manager) in PEOPLE.items():
            self.rows(
                "insert into worksights.users (user_id, organization_id, email, full_name, role, "
                "time_zone, manager_user_id, created_at) "
                "values (%s, 'firm', %s, %s, %s, 'UTC', %s, %s)",
                user, f"{user}@firm.example", f"{user.title()} Surname", role, manager, LONG_AGO,
            )  # fmt: skip


@contextmanager
def new_firm(server_url: str) -> Iterator[Firm]:
    with (
        new_database(server_url, template=template_with_tables(server_url)) as url,
        mail_box() as box,
    ):
        values = {
            "SMTP_URL": box.url,
            "MAIL_FROM": "worksights@tests.example",
            "PUBLIC_URL": PAGE,
            "SESSION_KEY": "session-key-of-the-tests",
            "ENCRYPTION_KEY": ENCRYPTION_KEY,
        }
        firm = Firm(url, Settings(home=Path(), values=values), box)
        firm.rows("insert into worksights.organizations values ('firm', 'Firm', %s)", LONG_AGO)
        firm.rows(
            "insert into integration.connections (connection_id, organization_id, "
            "zoom_account_id, connected_at) values ('c', 'firm', 'FirmZoomAccount0000000', %s)",
            LONG_AGO,
        )
        for company, session, user, day in MEETINGS:
            met_at = f"{day} 12:00Z"
            firm.rows(
                "insert into intermediate.int_company_sessions (organization_id, session_id, "
                "company_id, user_count, person_count, met_seconds, month, met_at) "
                "values ('firm', %s, %s, 1, 1, 60, %s, %s)",
                session, company, day, met_at,
            )  # fmt: skip
            firm.rows(
                "insert into intermediate.int_interactions (organization_id, session_id, user_id, "
                "person_id, company_id, people_in_session, shared_seconds, weighted_minutes, "
                "decayed_minutes, month, met_at) "
                "values ('firm', %s, %s, 'p', %s, 2, 60, 1, 1, %s, %s)",
                session, user, company, day, met_at,
            )  # fmt: skip
        firm.rows(_TIES)
        firm.rows(_COMPANIES)
        yield firm


_TIES = """
    insert into intermediate.int_company_relationships (organization_id, user_id, company_id,
        session_count, shared_seconds, decayed_minutes, first_met_at, last_met_at)
    select organization_id, user_id, company_id, count(*), 60, 1, min(met_at), max(met_at)
    from intermediate.int_interactions group by organization_id, user_id, company_id
"""
_COMPANIES = """
    insert into clientsights.companies (company_id, organization_id, domain, name, name_source,
        skeleton, person_count, session_count, met_seconds, first_met_at, last_met_at)
    select company_id, organization_id, company_id || '.example', company_id, 'guess', company_id,
        1, count(*), 60, min(met_at), max(met_at)
    from intermediate.int_interactions group by organization_id, company_id
"""
