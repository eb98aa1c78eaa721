"""The ASGI app: the webhook receiver and the page. Must not run the pipeline."""
