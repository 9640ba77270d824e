"""Compiled loops: the only place that knows numba, which is optional and never imported unasked."""
