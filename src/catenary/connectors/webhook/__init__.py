"""Any program that can post JSON reports, by a declared mapping (docs/how-to/sources)."""
