"""The chain picture and its table."""
