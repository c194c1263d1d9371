"""Run the command line with other time limits, in seconds: ``python limited_server.py '{"head": 1}' serve ...``."""

import json
import sys

from forked_commands import change_limits

change_limits(json.loads(sys.argv.pop(1)))

from orderquery.cli.main import main  # noqa: E402

main(prog_name="python -m orderquery")
