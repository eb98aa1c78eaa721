"""A site with the result of a batch, which can run more of them: for the effects of changes."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulator.world import World
from tests.databases import new_database
from tests.pipeline.events import Body, Person, Session
from tests.pipeline.installation import Installation, install, template_with_tables
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site, email_of, running_site

ACCOUNT = ACCOUNTS[0]
DAY = datetime(2026, 3, 10, tzinfo=UTC)
MEMBER = Person("Mia Member", "zu-member", email_of("member"))
STRANGER = Person("Stella Stranger", "zu-stranger", "stella@elsewhere.example")
WEBINAR, MEETING = (
    Session(
        ACCOUNT, topic, MEMBER.zoom_user_id, DAY + timedelta(hours=hour),
        DAY + timedelta(hours=hour + 1), topic=topic, kind=kind, type=kind_code,
    )
    for topic, kind, kind_code, hour in (("Launch", "webinar", 5, 9), ("Plans", "meeting", 2, 13))
)  # fmt: skip


@dataclass
class Batched:
    """A meeting and a webinar on 10 March, with a mapped member and a stranger without mapping."""

    site: Site
    installation: Installation
    batches: int = 0

    def batch(self) -> None:
        """Runs the next one, in another thread: a browser's event loop runs in this one."""
        now = DAY + timedelta(days=1, minutes=20 * self.batches)
        self.batches += 1
        with ThreadPoolExecutor(1) as pool:
            pool.submit(self.installation.batch, now=now).result()

    def entries(self) -> list[tuple[str, str]]:
        """(topic, user) of every entry."""
        return self.site.rows("select topic, user_id from timeline.activities order by 1, 2")


@contextmanager
def batched_site(
    server_url: str,
    zoom: tuple[World, str],
    folder: Path,
    *,
    more: Mapping[Session, Sequence[Person]] | None = None,
    calls: Sequence[Body] = (),
) -> Iterator[Batched]:
    """`more` are further sessions of ACCOUNT, `calls` what Zoom sends about phone calls."""
    world, zoom_url = zoom
    sessions = {WEBINAR: [MEMBER, STRANGER], MEETING: [MEMBER, STRANGER], **(more or {})}
    with (
        new_database(server_url, template=template_with_tables(server_url)) as url,
        running_site(url, world=world, zoom_url=zoom_url, home=folder) as site,
        pytest.MonkeyPatch.context() as patch,
    ):
        site.connect("acme", ACCOUNT)
        for person in {person for people in sessions.values() for person in people}:
            if not person.zoom_user_id:
                continue  # a guest
            site.rows(
                "insert into zoom_raw.users (organization_id, zoom_account_id, zoom_user_id, "
                "imported_at, batch, email, display_name, status) "
                "values ('acme', %s, %s, %s, 0, %s, %s, 'active')",
                ACCOUNT, person.zoom_user_id, DAY, person.email, person.name,
            )  # fmt: skip
        batched = Batched(site, install(url, home=folder, zoom=zoom_url, patch=patch))
        for session, people in sessions.items():
            batched.installation.deliver(*session.whole(people), at=session.ended_at)
        if calls:
            batched.installation.deliver(*calls, at=DAY + timedelta(hours=20))
        batched.batch()
        yield batched
