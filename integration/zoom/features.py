"""The features that sessions belong to, and that can be switched on and off."""

# Feature -> its name on the page.
FEATURES = {"meetings": "Meetings", "webinars": "Webinars", "phone": "Phone calls"}
# The first part of an event's name -> its feature.
FEATURE_OF_EVENTS = dict(zip(("meeting", "webinar", "phone"), FEATURES, strict=True))
