"""``python -m catenary`` and the ``catenary`` command."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from catenary.cli.main import app

    app()


if __name__ == "__main__":
    main()
