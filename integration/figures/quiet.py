"""When a company counts as quiet: on the pages of clients and teams, and in the digest."""

from datetime import timedelta

# A company is quiet if it was met before, but not within this time.
QUIET_AFTER = timedelta(days=30)
