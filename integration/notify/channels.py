"""The channels that the settings name."""

from dataclasses import dataclass, field

from integration.notify.outbox import Channel
from integration.notify.server import MailServer, mail_server
from integration.notify.webhook import Webhook, webhook
from integration.settings import Settings


@dataclass(frozen=True)
class Channels:
    """`operator` is the address of the team that runs WorkSights, "" if none is set."""

    public_url: str
    server: MailServer | None
    webhook: Webhook | None
    operator: str = field(repr=False)

    @property
    def names(self) -> list[Channel]:
        mail: list[Channel] = ["mail"] if self.server else []
        return [*mail, "webhook"] if self.webhook else mail


def channels_of(settings: Settings) -> Channels:
    """Raises SettingsError for a channel that is set and unusable."""
    return Channels(
        settings.public_url,
        mail_server(settings),
        webhook(settings),
        settings.get("OPERATOR_EMAIL"),
    )
