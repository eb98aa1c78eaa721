"""Names of people, clients and meetings. Data only; all of it is fictional."""

CAST = (
    ("Olivia", "Hart"),
    ("Marcus", "Lindgren"),
    ("Amara", "Obi"),
    ("Jonas", "Becker"),
    ("Priya", "Raman"),
    ("Zoë", "Müller"),
    ("José", "Calderón"),
    ("Hannah", "Whitfield"),
    ("Kenji", "Mori"),
    ("Fatima", "Haddad"),
    ("Liam", "Doyle"),
    ("Ingrid", "Solheim"),
    ("Mateo", "Vargas"),
    ("Chloe", "Bennett"),
    ("Arjun", "Iyer"),
    ("Nina", "Petrova"),
    ("Samuel", "Adeyemi"),
    ("Lea", "Fontaine"),
    ("Victor", "Kowalski"),
    ("Grace", "Nakamura"),
    ("Tomás", "Silva"),
    ("Rebecca", "Stone"),
    ("Daniel", "Frost"),
    ("Yara", "Mansour"),
)

FIRST_NAMES = (
    "Aaron", "Alice", "Anders", "Beatriz", "Carla", "Cem", "Dana", "Diego", "Elena", "Emil",
    "Farah", "Felix", "Gina", "Hugo", "Ines", "Ivan", "Jana", "Joel", "Kim", "Klara", "Laszlo",
    "Lin", "Maya", "Milo", "Nadia", "Noah", "Oscar", "Paula", "Quentin", "Rania", "Ravi",
    "Sofia", "Stefan", "Tara", "Uma", "Vera", "Wanda", "Xenia", "Yusuf", "Zara",
)  # fmt: skip

LAST_NAMES = (
    "Abbott", "Andersen", "Baptiste", "Brandt", "Castillo", "Chandra", "Dahl", "Eriksen",
    "Farrell", "Fischer", "Gallo", "Greene", "Hassan", "Holm", "Ibsen", "Jensen", "Kaplan",
    "Keller", "Lang", "Lopez", "Marin", "Meyer", "Nilsson", "Novak", "Okoye", "Ortega", "Park",
    "Quist", "Rossi", "Sato", "Schulz", "Tanaka", "Torres", "Ulrich", "Vance", "Weiss", "Xu",
    "Young", "Zeller", "Ziegler",
)  # fmt: skip

CLIENT_DOMAINS = (
    "contoso.com",
    "fabrikam.com",
    "tailspin-toys.com",
    "wide-world-importers.com",
    "blue-yonder-airlines.com",
    "mail.fabrikam.com",
)
CLIENT_ADJECTIVES = (
    "amber", "bright", "cedar", "delta", "evergreen", "frontier", "granite", "harbor", "iron",
    "juniper",
)  # fmt: skip
CLIENT_NOUNS = (
    "bakery", "brewing", "clinics", "freight", "insurance", "labs", "logistics", "optics",
    "robotics", "textiles",
)  # fmt: skip

# Addresses other than `first.last` at a company: sub-addresses, dots, role mailboxes, free mail.
ODD_GUESTS = (
    ("Gail Marsh", "gail.marsh@gmail.com"),
    ("Gail Marsh", "gailmarsh+acme@gmail.com"),
    ("Peter Quill 🎧", "p.quill.music@gmail.com"),
    ("Contoso Support", "support@contoso.com"),
    ("Tailspin Sales", "Sales@Tailspin-Toys.com"),
    ("Irene Koch", "irene.koch+zoom@fabrikam.com"),
)

FREE_MAIL = ("gmail.com",)

DEPARTMENTS = ("Product", "Sales", "Customer Success", "Engineering", "Finance", "Marketing")

STAND_UPS = ("Daily stand-up", "Stand-up ☕", "Morning sync", "Daily huddle 🚀")
PLANNINGS = ("Weekly planning", "Backlog refinement", "Pipeline review", "Retro & planning 🌱")
CLIENT_TOPICS = (
    "Quarterly review",
    "Kick-off 🎉",
    "Contract renewal",
    "Roadmap walkthrough",
    "Onboarding session",
    "Pricing discussion",
    "Résumé of the pilot",
)
INTERNAL_TOPICS = (
    "Design review",
    "Interview debrief",
    "Budget check",
    "Release go / no-go",
    "1:1",
    "Incident follow-up 🔥",
)
WORKSHOP_TOPICS = ("All-hands workshop 🧩", "Training: new CRM", "Team offsite (remote) 🏕️")
WEBINAR_TOPICS = (
    "What is new this spring 🌷",
    "Live demo: Acme Works in 30 minutes",
    "Customer story hour",
    "Getting started with Acme Works",
)
CHAT_LINES = (
    "Can you share the deck?",
    "Joining in two minutes 🏃",
    "The number on page 4 is confidential please",
    "👍",
    "Sorry, wrong window",
)
