"""The rooms: one Django app per area, each knowing only those before it."""
