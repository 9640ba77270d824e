"""Catenary: service portfolio, catalogue and assurance over the whole chain of promises."""

__version__ = "0.1.0"
