"""Readers of what organizations already have. Each reads everything, writes nothing, and hands
over documents for the ordinary plan and apply, with a report of what became of each row."""
