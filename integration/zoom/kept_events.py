"""The events that are stored. The receiver counts all others and discards their bodies."""

KEPT_EVENTS = frozenset(
    {
        "app_deauthorized",
        "meeting.ended",
        "meeting.participant_bind",
        "meeting.participant_joined",
        "meeting.participant_joined_breakout_room",
        "meeting.participant_left",
        "meeting.participant_left_breakout_room",
        "meeting.started",
        "phone.callee_call_element_completed",
        "phone.callee_call_history_completed",
        "phone.callee_call_log_completed",
        "phone.callee_ended",
        "phone.caller_call_element_completed",
        "phone.caller_call_history_completed",
        "phone.caller_call_log_completed",
        "phone.caller_ended",
        "user.activated",
        "user.created",
        "user.deactivated",
        "user.deleted",
        "user.disassociated",
        "user.updated",
        "webinar.ended",
        "webinar.participant_bind",
        "webinar.participant_joined",
        "webinar.participant_left",
        "webinar.started",
    }
)

NOT_KEPT = "the event type is not stored"  # the reason of their deliveries
