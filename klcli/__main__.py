"""``python -m klcli``."""

from klcli.cli.main import run

if __name__ == "__main__":
    run()
