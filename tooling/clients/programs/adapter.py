"""A host of dcc-mcp-core with an adapter of a few lines and its own defaults: it finds registry and gateway by itself.

usage: adapter.py [base]   base: as adapters of applications are made (DccServerBase), without tools of its own
"""

import json
import os
import pathlib
import signal
import sys
import threading
import time

SKILLS = pathlib.Path(__file__).parent / "skills"


def start_base():
    from dcc_mcp_core._server.options import DccServerOptions
    from dcc_mcp_core.server_base import DccServerBase

    server = DccServerBase(DccServerOptions.from_env("maya", SKILLS))
    server.register_builtin_actions()
    return server.start(), server.stop


def start_small():
    import dcc_mcp_core as core

    config = core.McpHttpConfig()
    config.dcc_type = "maya"
    config.scene = "/projects/shot01.ma"
    registry = core.ToolRegistry()
    server = core.McpHttpServer(registry, config)
    events = core.SessionEventBuffer("maya-1")
    server.resources().register_session_event_buffer(events)

    def tool(name, properties, handler):
        schema = json.dumps({"type": "object", "properties": properties, "required": list(properties)})
        registry.register(name, description=f"Does {name}", category="test", dcc="maya", version="1.0.0", input_schema=schema)
        server.register_handler(name, handler)

    def say(arguments):
        events.append(source="python", stream="stderr", level="warning", message=arguments["text"], job_id="job-1")
        return arguments["text"]

    def slow(arguments):
        time.sleep(arguments["ms"] / 1000)
        return "done"

    tool("say", {"text": {"type": "string"}}, say)
    tool("slow", {"ms": {"type": "number"}}, slow)
    server.discover([str(SKILLS)], "maya")
    handle = server.start()
    return handle, handle.shutdown


stopping = threading.Event()
for name in (signal.SIGTERM, signal.SIGINT):
    signal.signal(name, lambda *_: stopping.set())
handle, stop = start_base() if sys.argv[1:] == ["base"] else start_small()
print(json.dumps({"pid": os.getpid(), "url": handle.mcp_url(), "is_gateway": handle.is_gateway}), flush=True)
stopping.wait(120)
stop()
