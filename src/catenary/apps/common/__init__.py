"""What every room needs and no room owns: columns, bulk writing, the catalogue's version."""
