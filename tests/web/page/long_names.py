"""A site where everybody and everything has a name as long as names are: people, their addresses,
companies, topics and Zoom accounts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from simulator.world import World
from tests.pipeline.events import Person, Session
from tests.web.page.batched import ACCOUNT, DAY, MEMBER, Batched, batched_site
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import user_id_of
from tests.web.page.story import zoom_user

BUSIEST = DAY.date().isoformat()
# Of users, by role: their names in WorkSights and in Zoom.
NAMES = {
    "executive": "Anna-Magdalena von Schwarzenberg-Hohenlohe",
    "owner": "Venkatanarasimharajuvaripeta Subramaniam",
    "admin": "Maria Fernanda Gonçalves Albuquerque e Castro",
    "technical_admin": "Papadimitrakopoulos Konstantinos",
    "manager": "Bartholomäus Freiherr von Wittgenstein",
    "member": "Wilhelmina Oostindiën-Kloosterhuis",
}
ADDRESS = "firstname.lastname-{}@verkehrsbetriebe-ludwigshafen.example"
DOMAINS = (
    "norddeutsche-landesversicherung.com", "wideworldimporters.com", "schwarzwaldmilchwerke.com",
    "internationaltelecom.com", "consolidatedmessenger.com", "fourthcoffeecompany.com",
    "proseware-pharmaceuticals.com", "southridgevideoproductions.com", "tailspintoys.com",
    "woodgrovefinancialservices.com", "adventureworkscycles.com", "oberbayerischevolksbank.com",
)  # fmt: skip
CALLED = {  # what somebody has named a company: domain -> name
    DOMAINS[0]: "Norddeutsche Landesversicherungsanstalt",
    DOMAINS[3]: "International Telecommunications Incorporated",
}
CLIENTS = [
    Person(name, email=f"{name.split()[0].lower()}.{name.split()[-1].lower()}@{domain}")
    for domain, name in zip(
        DOMAINS * 2,
        (
            "Maximiliane Leutheusser-Schnarrenberger", "Alice Fischer",
            "Ekaterina Rozhdestvenskaya",
            "Chukwuemeka Onwuachi-Willig", "Jennifer Worthington-Featherstone", "Bo Ek",
            "Krishnamurthy Venkataraghavan", "Sophie Vandenbroucke", "Giovanni Michelangelo",
            "Thorgerdur Katrin Gunnarsdottir", "Ana Li", "Franz-Xaver Niedermeier",
            "Aleksandra Wawrzyniak-Konopnicka", "Nadia Rahman", "Lieselotte Unterholzner",
        ),
        strict=False,
    )
]  # fmt: skip
STRANGERS = [
    Person("Konferenzraum Donaudampfschifffahrt 2. Obergeschoss", "zu-room"),
    Person("Wilhelmina Oostindiën-Kloosterhuis", "zu-twin", ADDRESS.format("oostindien")),
    Person("Christopher Featherstonehaugh", "zu-chris", ADDRESS.format("featherstonehaugh")),
]
TOPICS = (
    "Vertragsverlängerung und Rahmenvereinbarung mit der Landesversicherungsanstalt",
    "Quarterly business review: telecommunications infrastructure modernization",
    "Stand-up",
)
OURS = [MEMBER, *map(zoom_user, ("manager", "executive", "owner", "admin"))]


def _sessions() -> dict[Session, list[Person]]:
    """One session with each client, on the day and the weeks before it."""
    found = {}
    for number, client in enumerate(CLIENTS):
        starts = DAY - timedelta(days=7 * (number // 5)) + timedelta(hours=8 + number % 5)
        session = Session(
            ACCOUNT, f"long-{number}", MEMBER.zoom_user_id, starts, starts + timedelta(minutes=45),
            TOPICS[number % 3],
        )  # fmt: skip
        ours = OURS[: 2 + number % 4]
        found[session] = [*ours, client, CLIENTS[0], STRANGERS[number % 3]]
    return found


@contextmanager
def site_with_long_names(
    server_url: str, zoom: tuple[World, str], folder: Path
) -> Iterator[Batched]:
    with batched_site(server_url, zoom, folder, more=_sessions()) as batched:
        site = batched.site
        for role, name in NAMES.items():
            site.rows(
                "update worksights.users set full_name = %s, manager_user_id = %s "
                "where user_id = %s",
                name, user_id_of("manager") if role == "member" else None, user_id_of(role),
            )  # fmt: skip
            site.rows(
                "update zoom_raw.users set display_name = %s where zoom_user_id = %s",
                name, "zu-member" if role == "member" else f"zu-acme-{role}",
            )  # fmt: skip
        for number in range(30):  # further people, so that every list is full
            site.rows(
                "insert into worksights.users (user_id, organization_id, email, full_name, role, "
                "time_zone, created_at, manager_user_id) values (%s, 'acme', %s, %s, 'member', "
                "'America/Argentina/Buenos_Aires', '2025-01-01', %s)",
                f"long-{number}", ADDRESS.format(number),
                f"{[*NAMES.values()][number % 6]} {number}", user_id_of("manager"),
            )  # fmt: skip
        site.rows(
            "update integration.connections set label = "
            "'Verkehrsbetriebe Ludwigshafen Hauptverwaltung'"
        )
        former = site.connect("acme", ACCOUNTS[1])
        site.rows(
            "update integration.connections set status = 'disconnected', "
            "disconnected_at = '2026-02-10 06:00Z' where connection_id = %s",
            former,
        )
        for domain, name in CALLED.items():
            site.rows(
                "insert into integration.domain_overrides "
                "(organization_id, domain, company_domain, company_name) "
                "values ('acme', %s, %s, %s)",
                domain, domain, name,
            )  # fmt: skip
        batched.batch()
        yield batched


def ids_of(batched: Batched) -> dict[str, str]:
    """The value of each name in an address."""
    rows = batched.site.rows
    ((session_id, participant_id),) = rows(
        "select session_id, participant_id from timeline.participants "
        "where zoom_user_id = 'zu-chris' order by 1 limit 1"
    )
    ((person_id, company_id),) = rows(
        "select person_id, company_id from clientsights.people where email = %s", CLIENTS[0].email
    )
    ((connection_id,),) = rows(
        "select connection_id from integration.connections where disconnected_at is null"
    )
    return {
        "organization_id": "acme",
        "connection_id": connection_id,
        "zoom_user_id": "zu-chris",
        "user_id": user_id_of("member"),
        "session_id": session_id,
        "participant_id": participant_id,
        "company_id": company_id,
        "person_id": person_id,
        "name": "topics",
    }
