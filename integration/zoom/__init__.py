"""What Zoom is: signatures, events, OAuth, REST. Knows nothing of our database."""
