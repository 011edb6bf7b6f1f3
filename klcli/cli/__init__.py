"""The command line: the only place with click, files, streams and exit codes."""
