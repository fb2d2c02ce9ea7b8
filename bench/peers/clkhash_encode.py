"""clkhash: encodes a CSV of the generator's uniform columns. Prints {seconds, records, peak_memory}.

usage: clkhash_encode.py CSV THREADS

Same fields as ours and the same number of positions per bigram (10); one 1024-bit filter for all of them, as clkhash makes it. The
CSV is read and encoded; writing is not timed, because clkhash leaves it to its caller.
"""

import json
import sys
import time

from clkhash import clk
from clkhash.comparators import NgramComparison
from clkhash.field_formats import FieldHashingProperties, Ignore, StringSpec
from clkhash.field_formats import BitsPerTokenStrategy
from clkhash.schema import Schema

from peak_memory import peak_memory

path, threads = sys.argv[1], int(sys.argv[2])
FIELDS = ["forename", "surname", "sex", "date_of_birth", "address", "postcode"]


def field(name: str) -> StringSpec:
    return StringSpec(name, FieldHashingProperties(comparator=NgramComparison(2), strategy=BitsPerTokenStrategy(10)))


with open(path) as file:
    columns = file.readline().strip().split(",")
    schema = Schema([field(name) if name in FIELDS else Ignore(name) for name in columns], 1024)
    file.seek(0)
    start = time.perf_counter()
    filters = clk.generate_clk_from_csv(file, "not a secret", schema, validate=False, progress_bar=False, max_workers=threads)
    seconds = time.perf_counter() - start

print(json.dumps({"seconds": seconds, "records": len(filters), "peak_memory": peak_memory()}))
