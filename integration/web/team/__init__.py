"""The page Team: the week or month of a team, person by person."""
