"""What changed between two moments, and by whom."""
