"""Sending e-mail through somebody's SMTP server."""
