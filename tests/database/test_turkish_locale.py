"""Where I is not the capital of i, ASCII letters are still compared as everywhere else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integration.pipeline.migrate import migrate
from integration.settings import Settings
from simulator.company import build_company
from simulator.running import running as running_zoom
from simulator.world import make_world
from tests.pipeline.events import Person, Session, user_event
from tests.pipeline.installation import CLIENT_ID, CLIENT_SECRET, install
from tests.servers.postgres import is_fetched, running

TURKISH = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=tr-TR")
ACCOUNT = "TurkishAccount00000000"
STARTED_AT = datetime(2026, 3, 3, 9, tzinfo=UTC)
IRIS = Person("IRIS INGE", "zu-iris", "IRIS.INGE@TAWORKS.COM")
IDA = Person("IDA", "", "IDA@CLIENTINK.COM")


def test_ascii_letters_match_their_capitals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_fetched("18"):
        pytest.skip("make servers")
    world = make_world([build_company()], client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    with running("18", locale=TURKISH) as server, running_zoom(world) as zoom:
        migrate(Settings(tmp_path, values={}), server.url(), say=print)
        firm = install(server.url(), home=tmp_path, zoom=zoom, patch=monkeypatch, as_owner=True)
        assert firm.value("select lower('I')") == "\u0131"
        firm.organization("firm", account=ACCOUNT, users={"iris": "Iris.INGE@taworks.com"})
        meeting = Session(
            ACCOUNT, "a-meeting==", "zu-iris", STARTED_AT, STARTED_AT + timedelta(hours=1)
        )
        created = user_event(
            "created",
            ACCOUNT,
            STARTED_AT - timedelta(days=1),
            zoom_user_id="zu-iris",
            email=IRIS.email,
        )
        firm.deliver(created, *meeting.whole([IRIS, IDA]), at=STARTED_AT + timedelta(hours=2))
        firm.batch(now=STARTED_AT + timedelta(hours=3))
        assert firm.execute("select user_id from timeline.activities") == [("iris",)]
        assert firm.execute("select domain from clientsights.companies") == [("clientink.com",)]
        assert firm.execute("select email from clientsights.people") == [("ida@clientink.com",)]
