"""The settings that the example lists."""

from dotenv import dotenv_values

from integration.settings import PROJECT

EXAMPLE = PROJECT / ".env.example"


def listed_settings() -> set[str]:
    return set(dotenv_values(EXAMPLE))
