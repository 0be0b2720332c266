"""Reads file names on stdin, parses each with the strict OpenMetrics parser, prints what it refuses."""

import sys
from prometheus_client.openmetrics.parser import text_fd_to_metric_families

for path in sys.stdin.read().splitlines():
    with open(path, encoding="utf-8", newline="\n") as text:
        try:
            for _ in text_fd_to_metric_families(text):
                pass
        except Exception as error:  # the parser raises what it likes
            print(f"{path}: {type(error).__name__}: {str(error)[:500]}")
