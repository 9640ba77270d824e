"""The API door: REST at ``/api/v1/``. It hears a wish, calls one operation or query, and answers
in JSON; every refusal is a problem detail (RFC 9457)."""
