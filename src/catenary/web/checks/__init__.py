"""What the definition checks found, and how to mend it."""
