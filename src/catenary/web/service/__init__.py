"""One service: its blueprint and its history."""
