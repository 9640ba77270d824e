"""Calling an address that a subscriber named."""
