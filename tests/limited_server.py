"""Run the command line with other time limits than it has: ``python limited_server.py '{"head": 1}' serve ...``."""

import json
import sys
from functools import partial

from orderquery.cli.main import main
from orderquery.emulator import app, connections, create_app, request_body, server

limits = json.loads(sys.argv.pop(1))
connections.HEAD_SECONDS = limits.get("head", connections.HEAD_SECONDS)
connections.TAKE_SECONDS = limits.get("take", connections.TAKE_SECONDS)
connections._REST_SECONDS = limits.get("rest", connections._REST_SECONDS)
server.GRACE = limits.get("grace", server.GRACE)
# The limits of bodies and searches are defaults of parameters.
app.read_body = partial(request_body.read_body, seconds=limits.get("body", request_body.BODY_SECONDS))
create_app.__kwdefaults__["search_seconds"] = limits.get("search", app.SEARCH_SECONDS)
main(prog_name="python -m orderquery")
