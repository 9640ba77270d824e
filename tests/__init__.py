"""Tests: a folder for each floor, journeys through the doors, and the house itself."""
