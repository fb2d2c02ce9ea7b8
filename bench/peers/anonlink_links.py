"""clkhash and anonlink, for any of the columns that people.ts writes: the Dice coefficients of all pairs of two files, or within one; no blocking.

usage: anonlink_links.py PAIRS.csv A.csv [B.csv]
Writes a,b,score of every record's K best pairs above FLOOR; prints {pairs}.

Weights after the tuned schema that clkhash's authors publish for febrl4, 200 bits for names and 100 for the rest, but: the date of birth in its parts, so that an error in one leaves the others alone, more for codes that tell people apart, less for the sex.
All of that did better than their weights on most sets.
"""

import csv
import io
import json
import sys

from anonlink.similarities import dice_coefficient_accelerated
from clkhash import clk

from clkhash_schema import clk_schema

BITS = {"forename": 200, "surname": 200, "postcode": 160, "phone": 160, "sex": 40}
K, FLOOR = 20, 0.5  # far below any threshold of use, so that the best one can be found


def filters(path: str) -> list:
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    if "date_of_birth" in rows[0]:
        at = rows[0].index("date_of_birth")
        parts = [["year", "month", "day"]] + [row[at].split("-") if row[at] else ["", "", ""] for row in rows[1:]]
        rows = [row[:at] + part + row[at + 1 :] for row, part in zip(rows, parts)]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    text.seek(0)
    schema = clk_schema(rows[0], {column: BITS.get(column, 100) for column in rows[0] if column != "id"})
    return clk.generate_clk_from_csv(text, "not a secret", schema, validate=False, progress_bar=False, max_workers=1)


pairs_path, paths = sys.argv[1], sys.argv[2:]
sides = [filters(path) for path in paths]
scores, (rows_a, rows_b) = dice_coefficient_accelerated([sides[0], sides[-1]], FLOOR, k=K)
# within one file a pair is found from both ends, and every record finds itself
pairs = [pair for pair in zip(rows_a, rows_b, scores) if len(paths) == 2 or pair[0] < pair[1]]
with open(pairs_path, "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["a", "b", "score"])
    writer.writerows(pairs)
print(json.dumps({"pairs": len(pairs)}))
