"""`python -m tests.chaos.soak [ROUNDS [SEED]]`: an installation whose processes are killed while
Zoom sends. It prints what happened, and whether anything was lost, duplicated or left behind. 200
rounds take a little more than an hour.

The same seed sends the same deliveries and kills the same processes in the same order, after the
same pauses; what each of them is doing then depends on the machine.
"""

import secrets
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from simulator.company import build_company
from simulator.delivery import Delivery
from simulator.running import running
from simulator.world import make_world
from tests.chaos.figures import Figures
from tests.chaos.installation import running_installation
from tests.chaos.outages import play_full_disk, play_outage, small_disk
from tests.chaos.rounds import Rounds, slices
from tests.chaos.sending import Sender
from tests.chaos.verdict import differences, judge
from tests.commands.program import CLIENT
from tests.memory import in_memory

USERS = 15
OUTAGES = ("frozen", "away")


def soak(
    rounds: Sequence[Sequence[str]],
    *,
    seed: int,
    say: Callable[[str], None] = lambda _line: None,
) -> Figures:
    """Plays the rounds, each with its targets (none: chosen at random), and the outages after half
    of them.
    """
    figures = Figures()
    company = build_company(users=USERS)
    world = make_world([company], client_id=CLIENT[0], client_secret=CLIENT[1])
    part = slices(company, seed=seed)
    delivered: list[Delivery] = []

    def more() -> list[Delivery]:
        delivered.extend(deliveries := next(part))
        return deliveries

    with (
        TemporaryDirectory(prefix="worksights-chaos-", dir=in_memory()) as folder,
        running(world) as zoom_url,
    ):
        calm, home = Path(folder) / "calm", Path(folder) / "home"
        Path(folder).chmod(0o755)
        home.mkdir()
        with (
            small_disk(home) as is_small,
            running_installation(company, zoom_url, home) as installation,
        ):
            sender = Sender(installation.webhook)
            say("Everything is running.")
            try:
                play = Rounds(installation, sender, figures, seed=seed).play
                for number, targets in enumerate(rounds, start=1):
                    play(number, more(), targets=targets, say=say)
                    if number != (len(rounds) + 1) // 2:
                        continue
                    for what in OUTAGES:
                        say(play_outage(installation, sender, figures, more(), what=what))
                    if is_small:
                        say(play_full_disk(installation, sender, figures, more()))
                    else:
                        say("full disk: skipped, because only root can mount a small disk")
                found = judge(installation, sender, figures)
            finally:
                sender.close()
        say("Comparing with an undisturbed installation…")
        figures.wrong += differences(
            found, delivered, company=company, zoom_url=zoom_url, home=calm
        )
    for line in figures.lines(sender):
        say(line)
    return figures


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    rounds = int(arguments[0]) if arguments else 200
    seed = int(arguments[1]) if arguments[1:] else secrets.randbelow(1_000_000)
    for each in (signal.SIGINT, signal.SIGTERM):  # a shell's background processes ignore SIGINT
        signal.signal(each, signal.default_int_handler)
    say(f"{rounds} rounds with seed {seed}; to repeat: python -m tests.chaos.soak {rounds} {seed}")
    figures = soak([()] * rounds, seed=seed, say=say)
    if figures.wrong:
        say(f"To repeat: python -m tests.chaos.soak {rounds} {seed}")
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
