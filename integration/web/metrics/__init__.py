"""What `/metrics` shows: figures of the process and of the whole installation. They name no
customer, account or person.
"""
