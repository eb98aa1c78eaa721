"""The services of the compose file."""

from typing import Any

import yaml

from integration.settings import PROJECT

FILE = PROJECT / "deploy" / "container" / "compose.yaml"


def composition() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text())


def our_services() -> dict[str, dict[str, Any]]:
    """Those that run the product's image."""
    services = composition()["services"]
    return {name: one for name, one in services.items() if name != "postgres"}
