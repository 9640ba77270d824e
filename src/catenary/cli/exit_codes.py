"""What a command tells the shell; docs/reference/command-line.md says it to people."""

from __future__ import annotations

#: All went well.
FINE = 0
#: There are findings, or the change was refused.
REFUSED = 1
#: It could not be read or run.
FAILED = 2
#: Stopped with Ctrl-C (128 + SIGINT).
STOPPED = 130
#: Whoever read the output has gone (128 + SIGPIPE).
READER_GONE = 141
