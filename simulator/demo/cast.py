"""The people of the demo: their roles, teams, places and what is special about them. Data only."""

from __future__ import annotations

from dataclasses import dataclass

LONDON, BERLIN, PARIS = "Europe/London", "Europe/Berlin", "Europe/Paris"
NEW_YORK, LOS_ANGELES = "America/New_York", "America/Los_Angeles"
KOLKATA = "Asia/Kolkata"

LEADERSHIP, SALES, DELIVERY = "Leadership", "Sales", "Delivery"
PEOPLE, MARKETING, FINANCE, IT = "People", "Marketing", "Finance", "IT"


@dataclass(frozen=True, slots=True)
class Person:
    """`key` is the name in the plan, `manager` the key of the manager. `login` is the local part of
    the Zoom login, if it differs from the WorkSights email; `in_zoom` is whether there is one.
    """

    key: str
    first_name: str
    last_name: str
    role: str
    zone: str
    department: str
    manager: str | None = None
    has_line: bool = False
    login: str | None = None
    in_zoom: bool = True


CAST = (
    Person("olivia", "Olivia", "Hart", "owner", LONDON, LEADERSHIP),
    Person("marcus", "Marcus", "Lindgren", "executive", NEW_YORK, LEADERSHIP, "olivia"),
    Person("amara", "Amara", "Obi", "admin", LONDON, IT, "olivia"),
    Person("jonas", "Jonas", "Becker", "technical_admin", BERLIN, IT, "amara"),
    Person("chloe", "Chloe", "Bennett", "manager", NEW_YORK, SALES, "marcus", has_line=True),
    Person("mateo", "Mateo", "Vargas", "member", LOS_ANGELES, SALES, "chloe", has_line=True),
    Person("grace", "Grace", "Nakamura", "member", LOS_ANGELES, SALES, "chloe", has_line=True),
    Person("hannah", "Hannah", "Whitfield", "member", NEW_YORK, SALES, "chloe", has_line=True),
    Person("liam", "Liam", "Doyle", "member", LONDON, SALES, "chloe", has_line=True),
    Person("rebecca", "Rebecca", "Stone", "member", LONDON, SALES, "chloe"),
    Person("ingrid", "Ingrid", "Solheim", "manager", BERLIN, DELIVERY, "marcus"),
    Person("zoe", "Zoë", "Müller", "member", BERLIN, DELIVERY, "ingrid"),
    Person("victor", "Victor", "Kowalski", "member", BERLIN, DELIVERY, "ingrid"),
    Person("nina", "Nina", "Petrova", "member", BERLIN, DELIVERY, "ingrid"),
    Person("samuel", "Samuel", "Adeyemi", "member", LONDON, DELIVERY, "ingrid", has_line=True),
    Person("lea", "Lea", "Fontaine", "member", PARIS, DELIVERY, "ingrid"),
    Person("priya", "Priya", "Raman", "member", KOLKATA, DELIVERY, "ingrid"),
    Person("fatima", "Fatima", "Haddad", "member", BERLIN, PEOPLE, "marcus"),
    Person("daniel", "Daniel", "Frost", "member", NEW_YORK, MARKETING, "marcus"),
    # The Zoom login is another address, so nobody is mapped until an admin does it.
    Person("tomas", "Tomás", "Silva", "member", LONDON, FINANCE, "marcus", login="tsilva"),
    Person("walter", "Walter", "Grün", "member", BERLIN, FINANCE, "marcus", in_zoom=False),
)

SALES_TEAM = ("chloe", "mateo", "grace", "hannah", "liam", "rebecca")
DELIVERY_TEAM = ("ingrid", "zoe", "victor", "nina", "samuel", "lea", "priya")
EVERYBODY = tuple(person.key for person in CAST if person.in_zoom)

# Other Zoom accounts of the company: (account id, name, users). The first user is the owner.
OTHER_ACCOUNTS = (
    (
        "AcmeWorksEvents0000000",
        "Acme Works Events",
        (
            ("Daniel", "Frost", "daniel.frost"),
            ("Events", "Stage", "stage"),
            ("Hugo", "Marin", "hugo.marin"),
        ),
    ),
    (
        "AcmeWorksStudio0000000",
        "Acme Works Studio",
        (
            ("Walter", "Grün", "walter.gruen"),
            ("Carla", "Holm", "carla.holm"),
            ("Ivan", "Novak", "ivan.novak"),
            ("Recording", "Studio", "studio"),
        ),
    ),
)

# Zoom users without a WorkSights user: (key, first name, last name, local part, status)
ROOM = "spree-room"
ZOOM_ONLY = (
    (ROOM, "Spree", "Room", "spree-room", "active"),
    ("reception", "Reception", "Desk", "reception", "active"),
    ("leaver", "Kenji", "Mori", "kenji.mori", "inactive"),
    ("invited", "", "", "yara.mansour", "pending"),
)
