"""The foundation: frozen values and pure functions. No database, no clock, no framework."""
