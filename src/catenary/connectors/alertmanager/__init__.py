"""Prometheus Alertmanager reports what fires and what is resolved (docs/how-to/sources)."""
