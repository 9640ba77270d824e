"""How each language writes dates and numbers: days before months, and never a clock of twelve."""
