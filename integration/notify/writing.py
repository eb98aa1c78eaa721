"""Renders letters from the templates in `letters/`: each as plain text and as HTML."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from integration.notify.message import Letter
from integration.quantities import quantity


def letter(name: str, *, to: str, headers: dict[str, str] | None = None, **context: Any) -> Letter:
    """The letter `name`. The first line of its text is its subject."""
    subject, _, text = _render(f"{name}.txt", context).partition("\n")
    return Letter(
        to=to,
        subject=subject,
        text=text.strip() + "\n",
        html=_render(f"{name}.html", {**context, "subject": subject}),
        headers=headers or {},
    )


def _render(template: str, context: dict[str, Any]) -> str:
    return _environment().get_template(template).render(context)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "letters"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["quantity"] = quantity
    return environment
