"""ArchiMate models: Open Exchange XML and Archi's own files, to services and the chain."""
