"""English, as most of the world reads it."""
