"""A small language of closed forms: one tree, read, printed and evaluated in several ways.

Nothing here knows of Gaussians; `klcli.gaussian` and `klcli.judge` give the symbols their meaning.
"""
