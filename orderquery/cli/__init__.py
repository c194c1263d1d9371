"""The command line.

A module with the name of a command declares that command. It imports other modules when the command runs.
"""
