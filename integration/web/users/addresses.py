"""Addresses of the pages of Zoom users and their mappings."""

PATH = "/services/zoom/users"
BULK = PATH + "/bulk"
UPLOAD = PATH + "/upload"
UNDO = PATH + "/undo"
NOT_MAPPED = PATH + "/not-mapped.csv"
