"""``python -m klcli``."""

from klcli.cli.start import run

if __name__ == "__main__":
    run()
