"""The rules of the contract (5.2 to 5.10) a second time: plain Python, no SQL, clarity above speed.

It was written from the contract alone and shares no code with the product, so that one mistake is
not made twice in the same way.
"""
