"""Writing organizations, and the people and roles in them."""
