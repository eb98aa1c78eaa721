"""Mapping many Zoom users at once: the work list, its preview, its file and undo."""
