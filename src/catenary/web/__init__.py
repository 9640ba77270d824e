"""The web door: requests become wishes, values become pages."""
