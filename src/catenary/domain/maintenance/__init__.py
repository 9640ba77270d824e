"""Maintenance: planned windows, when they recur, what is said of them, and when they hurt least."""
