"""What the commands answer, asked from a program: with texts, numbers and arrays in the place of options.

The values that are given back have the fields of the command's JSON, a short `repr`, and `klcli.to_json`
writes them as the command does. Nothing here prints or ends the process, and no file is read that is not
named.
"""
