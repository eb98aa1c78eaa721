"""Changes to settings: the effective date, the preview of their effects, and the audit trail."""
