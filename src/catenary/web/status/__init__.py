"""Conditions on pages."""
