"""What somebody shows beside their password: asked at sign-in, kept on the account page."""
