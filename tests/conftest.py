"""What holds for all tests."""

import signal

from hypothesis import HealthCheck, settings

from klcli.cli.start import use_one_thread

# As in the command line; the processes of a parallel run would wait for each other's threads.
use_one_thread()

# How long an example takes says nothing on a machine that does other things as well; and a run of the suite means
# the same on every machine only if it tries the same examples. `pytest --hypothesis-profile=search` tries others,
# and more.
search = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("search", search)
settings.register_profile("klcli", search, derandomize=True, max_examples=40)
settings.load_profile("klcli")

# A shell that runs the tests in the background has them ignore Ctrl-C, nohup the end of a terminal, and so would
# every process that they start.
for name, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
        signal.signal(getattr(signal, name), handler)
