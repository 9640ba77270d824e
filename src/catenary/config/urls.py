"""Every address the product answers to."""

from __future__ import annotations

urlpatterns: list[object] = []
