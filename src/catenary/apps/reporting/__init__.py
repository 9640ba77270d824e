"""What stands above all rooms and looks into several: the audit. It has no tables of its own."""
