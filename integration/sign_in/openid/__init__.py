"""Sign-in with OpenID Connect: one provider per organization, and only its own users."""
