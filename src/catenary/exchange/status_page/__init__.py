"""The page of a provider for everybody: as HTML, Atom and JSON, served or written to a folder."""
