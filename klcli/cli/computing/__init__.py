"""What ``klcli compute`` does with its options: which prior, which witnesses, which steps."""
