"""anonlink: all pairs of 1024-bit filters above a Dice coefficient, by its C++ kernel on one core.

usage: anonlink_kernel.py ROWS THRESHOLD      filters on stdin: 2 x ROWS x 128 bytes, first one side, then the other
Prints {seconds, cpu_seconds, found, pairs}; pairs is the SHA-256 over the pairs found, each as the double row of A x ROWS + row of B, in order.
"""

import hashlib
import json
import sys
import time
from array import array

from anonlink.similarities import dice_coefficient_accelerated
from bitarray import bitarray

rows, threshold = int(sys.argv[1]), float(sys.argv[2])
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
start, cpu_start = time.perf_counter(), time.process_time()
# k = None: every pair above the threshold, not the best few of each row
similarities, (rows_a, rows_b) = dice_coefficient_accelerated([a, b], threshold, k=None)
cpu_seconds, seconds = time.process_time() - cpu_start, time.perf_counter() - start
pairs = array("d", sorted(float(x * rows + y) for x, y in zip(rows_a, rows_b)))
print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "found": len(similarities), "pairs": hashlib.sha256(pairs.tobytes()).hexdigest()}))
