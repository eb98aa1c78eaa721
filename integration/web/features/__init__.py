"""The Features page: what is switched on for the organization and for each person."""
