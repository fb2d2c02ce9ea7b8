"""anonlink: Dice similarity of all pairs of random 1024-bit filters, by its C++ kernel on one core.

usage: anonlink_kernel.py ROWS THRESHOLD REPEATS      filters on stdin: 2 x ROWS x 128 bytes, first one side, then the other
Prints {seconds: [...], pairs, found, peak_memory, cpu_seconds}.
"""

import json
import sys
import time

from anonlink.similarities import dice_coefficient_accelerated
from bitarray import bitarray

from cost import cost

rows, threshold, repeats = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
data = sys.stdin.buffer.read()
assert len(data) == 2 * rows * 128


def filters(side: int) -> list[bitarray]:
    out = []
    for row in range(side * rows, (side + 1) * rows):
        bits = bitarray(endian="little")
        bits.frombytes(data[row * 128 : (row + 1) * 128])
        out.append(bits)
    return out


a, b = filters(0), filters(1)
seconds = []
found = 0
for _ in range(repeats):
    start = time.perf_counter()
    # k = None: every pair above the threshold, not the best few of each row
    similarities, _ = dice_coefficient_accelerated([a, b], threshold, k=None)
    seconds.append(time.perf_counter() - start)
    found = len(similarities)

print(json.dumps({"seconds": seconds, "pairs": rows * rows, "found": found, **cost()}))
