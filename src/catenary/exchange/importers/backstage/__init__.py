"""Backstage catalogues: files of entities, read as organizations, people and services."""
