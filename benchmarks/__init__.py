"""What is claimed about speed, as commands that print a ratio to a floor measured in the same
run.
"""
