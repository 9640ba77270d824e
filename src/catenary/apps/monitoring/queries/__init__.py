"""Reading: words, conditions, and why they are what they are."""
