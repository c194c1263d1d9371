"""The command line. Modules that declare commands import click alone; what a command does is imported when it runs."""
