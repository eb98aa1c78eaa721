"""Email address -> person and company. Pure functions: no network, no clock, no state."""
