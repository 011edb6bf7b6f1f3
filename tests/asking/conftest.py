"""The command, beside which the library is held."""

from tests.cli.conftest import klcli

__all__ = ["klcli"]
