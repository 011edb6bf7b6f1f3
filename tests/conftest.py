"""What holds for all tests."""

import signal

from hypothesis import HealthCheck, settings

# How long an example takes says nothing on a machine that does other things as well.
settings.register_profile("klcli", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("klcli")

# A shell that runs the tests in the background has them ignore Ctrl-C, nohup the end of a terminal, and so would
# every process that they start.
for name, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
        signal.signal(getattr(signal, name), handler)
