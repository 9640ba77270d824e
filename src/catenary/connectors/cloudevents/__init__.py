"""CloudEvents report, in every form that HTTP has for them (docs/how-to/sources)."""
