"""Everything about Zoom: signatures, events, OAuth, REST. Must not know our database."""
