"""The tab Users: Zoom users and whom they are mapped to."""
