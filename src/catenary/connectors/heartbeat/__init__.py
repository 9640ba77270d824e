"""A dead man's switch: whoever falls silent is not known to be well (docs/how-to/sources)."""
