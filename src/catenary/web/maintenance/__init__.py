"""Maintenance: what is ahead, one of them, and planning it with a look at what it does."""
