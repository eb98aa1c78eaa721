"""Why a session is missing."""
