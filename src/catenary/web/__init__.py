"""The web door: a page says what one query answered, a form asks for one operation."""
