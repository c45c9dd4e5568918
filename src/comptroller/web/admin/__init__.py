"""Administration: users, grants, feeds, webhooks and why somebody has access."""
