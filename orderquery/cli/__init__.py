"""The command line. A module named like a command declares it and imports the rest when it runs."""
