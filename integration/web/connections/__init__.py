"""The tab Connections, and the way through Zoom's consent."""
