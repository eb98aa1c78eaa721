"""An erasure as a line of the file of erasures."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, get_args

Kind = Literal["person", "account", "organization"]


@dataclass(frozen=True)
class KeptErasure:
    """`subject` is the digest of a person, a Zoom account or an organization. `tombstones` are the
    kinds and digests of a person, and `keys` the ids of the keys that made them, newest first; none
    in a line from before there could be several.
    """

    kind: Kind
    organization_id: str
    subject: str
    at: datetime
    tombstones: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    keys: tuple[str, ...] = ()

    def line(self) -> str:
        values: dict[str, Any] = {
            "kind": self.kind,
            "organization_id": self.organization_id,
            "subject": self.subject,
            "at": self.at.astimezone(UTC).isoformat(),
        }
        if self.tombstones:
            values["tombstones"] = [list(each) for each in self.tombstones]
        if self.keys:
            values["keys"] = list(self.keys)
        return json.dumps(values) + "\n"


def erasure_in(line: bytes) -> KeptErasure:
    """ValueError, KeyError or TypeError if this is no erasure."""
    values = json.loads(line)
    kind, organization_id, subject = (values[key] for key in ("kind", "organization_id", "subject"))
    at = datetime.fromisoformat(values["at"])
    tombstones = tuple((kind, digest) for kind, digest in values.get("tombstones", ()))
    keys = tuple(values.get("keys", ()))
    texts = (organization_id, subject, *keys, *(text for pair in tombstones for text in pair))
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("not a text")
    if kind not in get_args(Kind) or at.tzinfo is None:
        raise ValueError("an unknown kind, or a time without a zone")
    return KeptErasure(kind, organization_id, subject, at, tombstones, keys)
