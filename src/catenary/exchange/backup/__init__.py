"""A whole installation in one file, and back, into SQLite or PostgreSQL alike."""
