"""Email address -> person and company: a pure function. No network, no clock, no state."""
