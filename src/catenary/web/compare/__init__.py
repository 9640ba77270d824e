"""One service from its two sides."""
