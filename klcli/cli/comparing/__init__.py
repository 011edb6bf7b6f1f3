"""What ``klcli compare`` does with its options: which point, which formulas, all readings or one."""
