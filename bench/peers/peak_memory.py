"""Peak resident memory of this process in bytes (ru_maxrss is in KiB on Linux, in bytes on macOS)."""

import resource
import sys


def peak_memory() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
