"""The Team page: the week or month of a team, person by person."""
