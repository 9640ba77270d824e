"""Django's PostgreSQL, with an open connection looked at where Django would ask through it."""
