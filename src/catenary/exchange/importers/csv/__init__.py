"""Spreadsheets and tables: what the columns mean is declared in a mapping file."""
