"""Cases: pages, actions, approvals, letters and calls."""
