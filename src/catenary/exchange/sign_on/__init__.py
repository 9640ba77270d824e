"""The mapping file of single sign-on: which group of the provider means which roles here."""
