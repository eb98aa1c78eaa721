"""Where events come from, and what healing compares with Zoom."""

WEBHOOK, API = "webhook", "api"  # sent by Zoom; read by healing from Zoom's REST API

WEBHOOK_LOGS, MEETINGS, WEBINARS, PHONE = "webhook_logs", "meetings", "webinars", "phone"
SOURCES = (WEBHOOK_LOGS, MEETINGS, PHONE)  # in this order: the log has the most
# What can be refused -> the features of whose sessions it reports. The participants of webinars can
# be refused alone. Zoom's log names webhooks, not sessions.
FEATURES_OF = {
    WEBHOOK_LOGS: (),
    MEETINGS: (MEETINGS, WEBINARS),
    WEBINARS: (WEBINARS,),
    PHONE: (PHONE,),
}
