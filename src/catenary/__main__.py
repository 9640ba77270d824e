"""``python -m catenary`` and the ``catenary`` command."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    try:
        from catenary.cli.ending import run
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    run()


if __name__ == "__main__":
    main()
