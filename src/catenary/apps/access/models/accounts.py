"""The account: what somebody signs in with. Who they are and what they may do stands above."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Account(AbstractBaseUser):
    """A sign-in, by e-mail address (lower case) and password.

    ``is_operator``: runs this installation; sees and may do everything. ``language`` and
    ``time_zone`` are how they read its pages, empty for whatever the browser asks; seen and
    changed by its owner alone, and as of yesterday not at all.
    """

    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)
    language = models.CharField(max_length=10, blank=True, db_default="")
    time_zone = models.CharField(max_length=64, blank=True, db_default="")
    created_at = models.DateTimeField()

    objects = BaseUserManager["Account"]()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
