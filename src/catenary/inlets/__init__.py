"""DOOR: what monitors and other programs report, at addresses of their own below ``/in/``."""
