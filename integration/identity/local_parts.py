"""Recognizes local parts that belong to a machine or a role, not to one person."""

import re

from integration.identity.word_lists import AUTOMATED, ROLE_WORDS

NO_REPLY_AS_A_PART = re.compile(
    r"(?:^|[-_.])(?:no[-_.]?reply|do[-_.]?not[-_.]?reply)(?:[-_.]|$)|^bounces?[-_.]"
)


def is_automated(local: str) -> bool:
    return local in AUTOMATED or NO_REPLY_AS_A_PART.search(local) is not None


def is_role(local: str) -> bool:
    return local in ROLE_WORDS
