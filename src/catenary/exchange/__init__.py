"""The loading dock: what comes in and goes out as files, in our own format and in others."""
