"""What changed, when and in whose name; never edited, never removed."""
