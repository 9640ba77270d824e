"""Calendars: the week as a picture, the year ahead, and as a feed."""
