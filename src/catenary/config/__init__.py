"""The switchboard: settings, addresses and the WSGI entry; the only place that knows everything."""
