"""Looking by ourselves, for those without a monitor (docs/how-to/sources)."""
