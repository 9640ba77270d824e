"""Writing calendars, the holidays they are made with, and who uses them."""
