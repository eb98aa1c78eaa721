"""Mail: what waits to be sent, how each kind of mail is written, and the sender.

Nothing else in the product knows SMTP. Pages and jobs put a mail on the list of waiting mails, in
the transaction of what caused it.
"""
