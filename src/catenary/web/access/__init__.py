"""Signing in and out, one's own account, and choosing whose eyes to look with."""
