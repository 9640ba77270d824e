"""Monitoring: what is reported of services, and the conditions that follow from it."""
