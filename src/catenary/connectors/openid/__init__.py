"""OpenID Connect: whom we trust to vouch for people, and what makes an ID token believable."""
