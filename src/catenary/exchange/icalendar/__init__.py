"""iCalendar (RFC 5545): openings out, closed days in."""
