"""clkhash: encodes a CSV of the generator's uniform columns. Prints {seconds, records, peak_memory, cpu_seconds}.

usage: clkhash_encode.py CSV THREADS

The same fields as ours, with the settings of the tuned schema that its authors publish for febrl4: 200 bits for names and date of birth, 100 for the rest, bigrams
of words and single positions of codes, one 1024-bit filter for all of them. The CSV is read and encoded; writing is not timed, because clkhash leaves it to its caller.
"""

import json
import multiprocessing
import sys
import time

from clkhash import clk

from clkhash_schema import clk_schema
from cost import cost

path, threads = sys.argv[1], int(sys.argv[2])
BITS = {"forename": 200, "surname": 200, "sex": 100, "date_of_birth": 200, "address": 100, "postcode": 100}

with open(path) as file:
    schema = clk_schema(file.readline().strip().split(","), BITS)
    file.seek(0)
    start = time.perf_counter()
    filters = clk.generate_clk_from_csv(file, "not a secret", schema, validate=False, progress_bar=False, max_workers=threads)
    seconds = time.perf_counter() - start

# what children have cost is known when they have ended
for child in multiprocessing.active_children():
    child.join(10)
print(json.dumps({"seconds": seconds, "records": len(filters), **cost()}))
