"""Signing in through a provider: there and back."""
