"""An upgrade as docs/operations/upgrade.md describes it, with real processes: no delivery is
refused while the database is migrated and the receivers are replaced one after the other.
"""

import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests

from simulator.company import build_company
from simulator.playing import deliveries_of
from simulator.running import running
from simulator.world import make_world
from tests.commands.program import CLIENT, Answer, Program, execute, rows
from tests.databases import new_database
from tests.patience import PATIENCE, wait_until
from tests.pipeline.installation import template_with_tables
from tests.processes.processes import DAY, answers, connected_program, serving
from tests.processes.signing import signed
from tests.upgrade.next_release import FREE_MAIL, REVISION, make_next_release

REQUESTS = 1000
# As an operator creates one for analysts, with columns that the next release does not change.
VIEW_OF_ANALYSTS = """
    create schema reporting;
    create view reporting.sessions as
    select sessions.session_id, sessions.topic, participants.affiliation
    from timeline.sessions
    inner join timeline.participants using (organization_id, session_id)
"""
SENDERS = 3
LOOKS_EVERY = 0.2  # seconds; the balancer's interval


class Balancer:
    """Sends each request to the next receiver whose /readyz answers with 200, on a connection that
    it keeps, and never repeats a request.
    """

    def __init__(self) -> None:
        self.ports: list[int] = []
        self.ready: list[int] = []
        self.answers: Counter[int | str] = Counter()
        self._open: Counter[int] = Counter()
        self._turn = 0
        self._lock = threading.Lock()

    def look(self) -> None:
        ready = [port for port in self.ports if answers(f"http://127.0.0.1:{port}/readyz")]
        with self._lock:
            self.ready = ready

    def has_left(self, port: int) -> bool:
        """Whether it sends nothing there any more."""
        with self._lock:
            return port not in self.ready and not self._open[port]

    def send(self, http: requests.Session, body: bytes) -> None:
        with self._lock:
            self._turn += 1
            port = self.ready[self._turn % len(self.ready)]
            self._open[port] += 1
        try:
            address = f"http://127.0.0.1:{port}/webhooks/zoom"
            answer = http.post(address, data=body, headers=signed(body), timeout=PATIENCE)
            result: int | str = answer.status_code
        except requests.RequestException as error:
            result = type(error).__name__
        with self._lock:
            self._open[port] -= 1
            self.answers[result] += 1


@contextmanager
def under_load(balancer: Balancer, bodies: list[bytes]) -> Iterator[None]:
    """In the block, deliveries arrive all the time; at its end, the rest of REQUESTS."""
    is_over, left = threading.Event(), iter(bodies * 100)
    lock = threading.Lock()

    def look() -> None:
        while not is_over.wait(LOOKS_EVERY):
            balancer.look()

    def send() -> None:
        with requests.Session() as http:
            http.trust_env = False
            while not is_over.is_set() or balancer.answers.total() < REQUESTS:
                with lock:
                    body = next(left)
                balancer.send(http, body)
                # However slow the machine is, not many more than needed.
                is_over.wait(0.05 if balancer.answers.total() < REQUESTS * 0.9 else 0.5)

    balancer.look()
    threads = [threading.Thread(target=each) for each in (look, *[send] * SENDERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


@dataclass(frozen=True)
class Seen:
    """What the changed rules decide."""

    titles: set[str]
    seconds: dict[str, int]
    minutes: dict[str, float]
    companies: list[str]
    company_names: set[str]
    topics: set[str | None]


@dataclass(frozen=True)
class Upgrade:
    program: Program
    balancer: Balancer
    said: dict[str, Answer]
    before: Seen
    after: Seen

    @property
    def url(self) -> str:
        return self.program.settings["DATABASE_URL"]


@pytest.fixture(scope="module")
def upgraded(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgrade]:
    company = build_company(users=20)
    bodies = [one.body for one in deliveries_of(company, DAY, seed=1)]
    world = make_world([company], client_id=CLIENT[0], client_secret=CLIENT[1])
    release = make_next_release(tmp_path_factory.mktemp("release"))
    with (
        running(world) as zoom_url,
        new_database(server_url, template=template_with_tables(server_url)) as url,
        connected_program(url, company, zoom_url=zoom_url) as program,
    ):
        yield deploy(program, release, Balancer(), bodies)


def deploy(program: Program, release: Path, balancer: Balancer, bodies: list[bytes]) -> Upgrade:
    """The steps of the document, one day of a company after its deliveries were processed."""
    new = {"PYTHONPATH": str(release)}
    said, found = {}, {}
    with ExitStack() as processes:
        old = [processes.enter_context(receiver(program)) for _ in range(2)]
        balancer.ports += [port for _, port in old]
        balancer.look()
        with requests.Session() as http:
            http.trust_env = False
            for body in bodies:
                balancer.send(http, body)
        said["batch before"] = program("batch")
        execute(program.settings["DATABASE_URL"], VIEW_OF_ANALYSTS)
        found["before"] = seen(program)
        extend_a_list(release, found["before"].companies[0])
        with under_load(balancer, bodies):
            said["migrate"] = program("migrate", **new)
            for process, port in old:
                _, started = processes.enter_context(receiver(program, **new))
                balancer.ports.append(started)
                wait_until(lambda port=started: port in balancer.ready)
                process.send_signal(signal.SIGTERM)
                wait_until(lambda port=port: balancer.has_left(port))
                assert process.poll() is None, "it did not wait for the balancer"
                process.send_signal(signal.SIGTERM)  # the balancer has left before the time is up
                assert process.wait(PATIENCE) == 0
                balancer.ports.remove(port)
            assert len(balancer.ready) == 2
    said["old batch"] = program("batch")
    said["batch"] = program("batch", **new)
    found["after"] = seen(program)
    said["check"] = program("rebuild", "--check", **new)
    return Upgrade(program, balancer, said, **found)


def seen(program: Program) -> Seen:
    def ask(query: str) -> list[tuple]:
        return rows(program.settings["DATABASE_URL"], query)

    return Seen(
        titles={title for (title,) in ask("select title from timeline.activities "
                                          "where role = 'host'")},
        seconds=dict(ask("select activity_id, duration_seconds from timeline.activities")),
        minutes=dict(ask("select concat_ws(' ', user_id, person_id, session_id), weighted_minutes "
                         "from clientsights.interactions")),
        companies=[domain for (domain,) in ask("select domain from clientsights.companies "
                                               "order by 1")],
        company_names={name for (name,) in ask("select name from clientsights.companies")},
        topics={topic for (topic,) in ask("select topic from timeline.sessions")},
    )  # fmt: skip


def extend_a_list(release: Path, domain: str) -> None:
    """The company with this domain turns out to be a provider of free mail."""
    file = release / FREE_MAIL
    file.write_text(file.read_text() + f"{domain},test\n")


@contextmanager
def receiver(program: Program, **settings: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A receiver as a process, ready, and its port."""
    changed = replace(program, settings={**program.settings, **settings})
    with serving(changed, "--only", "receiver", "--drain", str(PATIENCE)) as started:
        yield started


def test_no_delivery_is_refused_and_each_is_stored_once(upgraded: Upgrade) -> None:
    answers_counted = upgraded.balancer.answers
    assert set(answers_counted) == {204}
    assert answers_counted[204] >= REQUESTS
    stored = rows(upgraded.url, "select count(*) from ingress.deliveries")
    assert stored == [(answers_counted[204],)]


def test_every_command_succeeds_and_the_old_release_refuses_the_new_schema(
    upgraded: Upgrade,
) -> None:
    failed = {name: answer.text[-1000:] for name, answer in upgraded.said.items() if answer.code}
    assert set(failed) == {"old batch"}, failed
    assert f"newer release (schema {REVISION}" in upgraded.said["old batch"].err
    assert f"Applied {REVISION}_next_release" in upgraded.said["migrate"].out


def test_rows_of_before_have_the_new_column_and_there_is_the_new_mart(upgraded: Upgrade) -> None:
    query = "select count(*), count(length) from timeline.sessions"
    ((count, filled),) = rows(upgraded.url, query)
    assert count == filled > 0
    query = """
        select count(*) from timeline.sessions
        inner join timeline.session_lengths using (organization_id, session_id, length)
    """
    assert rows(upgraded.url, query) == [(count,)]


def test_columns_are_retyped_or_removed_and_views_of_others_are_kept(
    upgraded: Upgrade,
) -> None:
    types = rows(
        upgraded.url,
        """
        select table_name::text, column_name::text, data_type::text
        from information_schema.columns
        where table_schema = 'timeline' and column_name in (
            'host_zoom_user_id', 'participant_count', 'connection_count'
        )
        order by column_name
        """,
    )
    assert types == [
        ("sessions", "host_zoom_user_id", "timestamp with time zone"),
        ("sessions", "participant_count", "bigint"),
    ]
    filled = """
        select count(*) > 0 and count(*) = count(host_zoom_user_id) and sum(participant_count) = (
            select count(*) from timeline.participants
        )
        from timeline.sessions
    """
    assert rows(upgraded.url, filled) == [(True,)]
    seen_by_analysts = rows(upgraded.url, "select count(*) from reporting.sessions")
    assert seen_by_analysts == rows(upgraded.url, "select count(*) from timeline.participants")


def test_each_kind_of_changed_rule_changes_the_rows_of_before(upgraded: Upgrade) -> None:
    before, after = upgraded.before, upgraded.after
    # The text of a model.
    assert {title.partition(" ")[0] for title in before.titles} == {"Hosted"}
    assert {title.partition(" ")[0] for title in after.titles} == {"Led"}
    # A macro.
    assert after.seconds == {key: seconds // 2 for key, seconds in before.seconds.items()} != {}
    # A function of dbt, and what is left by the list below.
    assert all(minutes >= before.minutes[key] for key, minutes in after.minutes.items())
    assert any(minutes > before.minutes[key] for key, minutes in after.minutes.items())
    # A list of Python's rules, and a rule in Python.
    assert after.companies == before.companies[1:] != []
    assert after.company_names == {name.upper() for name in after.company_names}
    assert after.company_names.isdisjoint(before.company_names)
    # The default of a setting.
    assert before.topics - {None}
    assert after.topics == {None}


def test_a_rebuild_finds_nothing_to_change(upgraded: Upgrade) -> None:
    lines = upgraded.said["check"].out.splitlines()
    assert "timeline.session_lengths: no differences" in lines
    assert [line for line in lines if " only in the live table, " in line] == []
