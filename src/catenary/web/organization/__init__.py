"""An organization as a link in the chain."""
