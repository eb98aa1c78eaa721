"""What the answer of a route shows, if not the activity of other people."""

from enum import Enum


class Shows(Enum):
    NOBODY = "nothing about a person's activity"  # settings, names of users and Zoom users
    VIEWER = "the viewer's own data"
