"""Administration: users, grants, feeds, webhooks and the explanation of access."""
