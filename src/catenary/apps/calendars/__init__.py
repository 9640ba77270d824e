"""Calendars: service hours with a name, their public holidays as dates, and who uses them."""
