"""Runs of the command line, as the tests of the command line have them."""

from tests.cli.conftest import klcli

__all__ = ["klcli"]
