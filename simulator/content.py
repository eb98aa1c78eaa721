"""Chats, screen shares and recordings: events that a product that only counts time must ignore."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from simulator.names import CHAT_LINES
from simulator.session import Attendee, Session
from simulator.wire import iso


def chat_message(session: Session, at: datetime, *, sender: Attendee) -> None:
    rng = session.rng
    message = {
        "date_time": iso(at),
        "sender_session_id": str(rng.randrange(16_778_240, 16_900_000)),
        "sender_name": sender.name,
        "sender_email": sender.email,
        "sender_type": "guest",
        "recipient_type": "everyone",
        "message_id": f"MS17_{rng.randbytes(12).hex()}",
        "message_content": rng.choice(CHAT_LINES),
    }
    about = {
        "meeting_id": int(session.facts.number),
        "meeting_uuid": session.uuid,
        "chat_message": message,
    }
    name = f"{session.facts.kind}.chat_message_sent"
    session.journal.write(name, at, about=about, session=session.uuid)


def screen_share(session: Session, at: datetime, *, sharer: Attendee, until: datetime) -> None:
    for name, moment in (("sharing_started", at), ("sharing_ended", until)):
        details = {"content": "application", "link_source": "", "date_time": iso(moment)}
        participant = {
            "user_id": "16778240",
            "user_name": sharer.name,
            "id": sharer.zoom_user_id,
            "sharing_details": details,
        }
        session.participant_event(name, moment, participant=participant)


def recording(session: Session, *, host_email: str) -> None:
    """Write `recording.completed`, some minutes after the end, with links and passcodes."""
    rng, facts = session.rng, session.facts
    ready_at = facts.ended_at + timedelta(minutes=rng.randrange(4, 20))
    key = rng.randbytes(12).hex()
    about = {
        "id": int(facts.number),
        "uuid": session.uuid,
        "host_id": facts.host_id,
        "host_email": host_email,
        "topic": facts.topic,
        "type": facts.type,
        "start_time": iso(facts.started_at),
        "timezone": facts.time_zone,
        "duration": int((facts.ended_at - facts.started_at).total_seconds() // 60),
        "share_url": f"https://zoom.example.com/rec/share/{key}",
        "password": str(rng.randrange(100_000, 999_999)),
        "recording_count": 1,
        "recording_files": [
            {
                "id": str(uuid.UUID(bytes=rng.randbytes(16), version=4)),
                "file_type": "MP4",
                "recording_type": "shared_screen_with_speaker_view",
                "download_url": f"https://zoom.example.com/rec/download/{key}",
                "status": "completed",
            }
        ],
    }
    above = {"download_token": rng.randbytes(24).hex()}
    name = "recording.completed"
    session.journal.write(name, ready_at, about=about, session=session.uuid, above=above)


def created(session: Session, at: datetime, *, operator: str) -> None:
    """Write `meeting.created`, with the number as an integer, the link and the passcode."""
    facts, rng = session.facts, session.rng
    code = rng.randbytes(9).hex()
    about = {
        **session.object(),
        "id": int(facts.number),
        "join_url": f"https://zoom.example.com/j/{facts.number}?pwd={code}",
        "password": code[:6],
        "settings": {"use_pmi": False, "waiting_room": True},
    }
    beside = {"operator": operator, "operator_id": facts.host_id, "operation": "all"}
    name = f"{facts.kind}.created"
    session.journal.write(name, at, about=about, session=session.uuid, beside=beside)
