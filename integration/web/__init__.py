"""The ASGI app: the webhook receiver and, beside it, the page. Knows nothing of pipelines."""
