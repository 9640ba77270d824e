"""Catalogue files: YAML in a folder, read with positions, and written."""
