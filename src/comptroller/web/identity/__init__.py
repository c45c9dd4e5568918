"""Sign-in, own account, and the identity provider."""
