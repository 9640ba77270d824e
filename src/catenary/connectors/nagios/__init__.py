"""Icinga, Nagios and their like report passive check results (docs/how-to/sources)."""
