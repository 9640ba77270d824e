"""Canonical documents: what an organization, a person, a service and a consumption *say*.

The same documents are read from files, kept in history, compared by plans, judged by the
definition checks and shown on pages, today's and yesterday's alike.
"""
