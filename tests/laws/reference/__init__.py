"""A second implementation of the contract's rules (5.2 to 5.10), in plain Python without SQL.

It puts clarity before speed. It was written from the contract alone and shares no code with the
product, so that one mistake is not made in both.
"""
