"""Run the command line with other time limits, in seconds: ``python limited_server.py '{"head": 1}' serve ...``."""

import json
import sys

from orderquery.emulator import limits

NAMES = {
    "head": "HEAD_TIMEOUT_S",
    "body": "BODY_TIMEOUT_S",
    "rest": "UNREAD_BODY_TIMEOUT_S",
    "search": "SEARCH_TIMEOUT_S",
    "take": "RESPONSE_TIMEOUT_S",
    "grace": "SHUTDOWN_TIMEOUT_S",
    "webhook": "WEBHOOK_TIMEOUT_S",
}
for name, seconds in json.loads(sys.argv.pop(1)).items():
    assert hasattr(limits, NAMES[name])
    # Before any other module of the emulator is imported: they import the limits by name.
    setattr(limits, NAMES[name], seconds)

from orderquery.cli.main import main  # noqa: E402

main(prog_name="python -m orderquery")
