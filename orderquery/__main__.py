"""``python -m orderquery`` is the command."""

from .cli.main import main

if __name__ == "__main__":
    main(prog_name="python -m orderquery")
