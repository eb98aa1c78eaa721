"""The name of an external person is corrected, and stays corrected."""

from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest

from simulator.world import World
from tests.pipeline.events import Person, Session
from tests.web.page.batched import ACCOUNT, DAY, MEMBER, STRANGER, Batched, batched_site
from tests.web.page.site import Visitor
from tests.web.page.zoom_users import words

RIGHT = "Stella María O’Strange"
NAMES = "select display_name, name_source from clientsights.people where email = %s"


@pytest.fixture(scope="module")
def batched(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Batched]:
    with batched_site(server_url, zoom, tmp_path_factory.mktemp("home")) as batched:
        yield batched


def path_of_stranger(batched: Batched) -> str:
    ((person_id,),) = batched.site.rows(
        "select person_id from clientsights.people where email = %s", STRANGER.email
    )
    return f"/clients/people/{person_id}"


def look(visitor: Visitor, path: str) -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    return words(unescape(answer.text))


def test_only_who_sees_the_person_and_changes_settings_may_correct_the_name(
    batched: Batched,
) -> None:
    path = path_of_stranger(batched)
    for role in ("admin", "technical_admin", "manager", "member"):
        assert batched.site.visitor(role).post(f"{path}/name", {"name": "X"}).status_code == 403
    assert batched.site.visitor("owner", "globex").post(
        f"{path}/name", {"name": "X"}
    ).status_code == 404  # fmt: skip
    assert batched.site.visitor("executive").post(
        f"{path}/name", {"name": "x" * 401}
    ).status_code == 400  # fmt: skip
    for nameless in ("\u200b", "42", "..."):
        answer = batched.site.visitor("executive").post(f"{path}/name", {"name": nameless})
        assert (answer.status_code, "at least one letter" in answer.text) == (400, True)
    assert batched.site.rows("select * from integration.person_names") == []


def test_a_corrected_name_stays_until_it_is_removed_or_the_person_is_erased(
    batched: Batched,
) -> None:
    site, owner = batched.site, batched.site.visitor("owner")
    path = path_of_stranger(batched)
    assert "Correct the name" in look(owner, path)
    owner.post(f"{path}/name", {"name": f"  {RIGHT.replace(' ', '   ')} "})
    assert "Name saved." in look(owner, path)

    later = Session(
        ACCOUNT, "later", MEMBER.zoom_user_id, DAY + timedelta(hours=15),
        DAY + timedelta(hours=16),
    )  # fmt: skip
    renamed = Person("S. Stranger", STRANGER.zoom_user_id, STRANGER.email)
    batched.installation.deliver(*later.whole([MEMBER, renamed]), at=DAY + timedelta(hours=17))
    batched.batch()
    assert site.rows(NAMES, STRANGER.email) == [(RIGHT, "override")]
    assert RIGHT in look(owner, "/clients/people?q=stella")
    assert " only in the live table, " not in "".join(batched.installation.rebuild(check=True))
    assert RIGHT not in str(site.rows("select * from integration.audit_trail"))

    owner.post(f"{path}/name", {"name": " "})
    batched.batch()
    assert site.rows(NAMES, STRANGER.email) == [("S. Stranger", "zoom")]

    owner.post(f"{path}/name", {"name": RIGHT})
    batched.batch()
    assert batched.installation.erase(STRANGER.email, organization_id="acme")
    assert site.rows("select * from integration.person_names") == []
    assert site.rows("select * from clientsights.people") == []
