"""The tables of this room, one module for each subject."""

from catenary.apps.access.models.accounts import Account
from catenary.apps.access.models.sessions import Session
from catenary.apps.access.models.throttles import SignInThrottle
from catenary.apps.access.models.tokens import Token
from catenary.apps.access.models.watching import AccessEvent

__all__ = ["AccessEvent", "Account", "Session", "SignInThrottle", "Token"]
