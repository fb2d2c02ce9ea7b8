"""What this process and its children have cost so far: peak memory of the largest in bytes, and processor seconds of all."""

import resource
import sys


def cost() -> dict[str, float]:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "peak_memory": max(own.ru_maxrss, children.ru_maxrss) * unit,
        "cpu_seconds": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
    }
