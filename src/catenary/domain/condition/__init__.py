"""Conditions: what is known of a service itself, and what the chain makes of it (SEMANTICS 1)."""
