"""The kinds and levels of exclusions in the words of the pages."""

KIND_NAMES = {
    "email_or_domain": "Email or domain",
    "phone_number": "Phone number",
    "zoom_user": "Zoom user ID",
    "meeting_number": "Meeting ID",
}
# Within a sentence.
EXCLUDED_KINDS = {
    "email_or_domain": "email or domain",
    "phone_number": "phone number",
    "zoom_user": "Zoom user ID",
    "meeting_number": "meeting ID",
}
LEVEL_NAMES = {"hide": "Hide", "never_store": "Never store"}
