"""What sources say of services, and the history it makes (SEMANTICS 1, 3)."""
