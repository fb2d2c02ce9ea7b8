"""Splink on DuckDB, on clear text, for any of the columns that people.ts writes: scores the pairs of two files, or within one. Trained without labels as its documentation advises.

usage: splink_links.py PAIRS.csv A.csv [B.csv]
Writes a,b,score (match weight) of every pair scored above FLOOR; prints {pairs}.

A comparison for each column from Splink's library, its ready-made ones for names, dates of birth, postcodes and e-mail addresses, with term frequencies for names and towns; blocking rules that reach nearly all matches; the prior from rules that are
nearly always right, at the recall that the documentation's examples assume; u from random pairs; m by EM on two blockings that together leave every comparison free once.
"""

import json
import os
import re
import sys

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

pairs_path, paths = sys.argv[1], sys.argv[2:]
FLOOR = -12  # far below any threshold of use, so that the best one can be found
SAMPLED_ABOVE = 100_000  # records of a file

connection = duckdb.connect(config={"memory_limit": "8GB", "temp_directory": os.path.dirname(pairs_path)})
names = [f"people_{i}" for i in range(len(paths))]
for name, path in zip(names, paths):
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv(?, all_varchar = true, header = true, nullstr = '')", [path])
has = {column for column, *_ in connection.execute("DESCRIBE people_0").fetchall()}
uk = False
if "postcode" in has:
    # the comparison of postcodes, which is for those of the United Kingdom, expects them with their space
    for name in names:
        connection.execute(rf"UPDATE {name} SET postcode = regexp_replace(postcode, '^([A-Z]{{1,2}}[0-9][0-9A-Z]?)([0-9][A-Z]{{2}})$', '\1 \2')")
    uk = connection.execute("SELECT avg((postcode LIKE '% %')::INT) FROM people_0").fetchone()[0] > 0.5
records = connection.execute("SELECT count(*) FROM people_0").fetchone()[0]


def frequent(comparison):
    return comparison.configure(term_frequency_adjustments=True)


COMPARISONS = {
    "forename": lambda: frequent(cl.NameComparison("forename")),
    "surname": lambda: frequent(cl.NameComparison("surname")),
    "date_of_birth": lambda: cl.DateOfBirthComparison("date_of_birth", input_is_string=True),
    "year_of_birth": lambda: cl.DamerauLevenshteinAtThresholds("year_of_birth", 1),
    "sex": lambda: cl.ExactMatch("sex"),
    "address": lambda: cl.JaroWinklerAtThresholds("address", [0.9, 0.7]),
    "town": lambda: frequent(cl.JaroWinklerAtThresholds("town", [0.9, 0.7])),
    "postcode": lambda: cl.PostcodeComparison("postcode") if uk else cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
    "phone": lambda: cl.DamerauLevenshteinAtThresholds("phone", [1, 2]),
    "email": lambda: cl.EmailComparison("email"),
}


def present(rules: list[list[str]]) -> list[list[str]]:
    """The rules for which the files have all columns."""
    return [rule for rule in rules if {re.sub(r"^substr\((\w+),.*", r"\1", part) for part in rule} <= has]


YEAR, DAY = "substr(date_of_birth, 1, 4)", "substr(date_of_birth, 6, 5)"
BLOCKING = present(
    [["date_of_birth"], ["forename", "surname"], ["postcode"], ["address"], ["phone"], ["email"], ["town", "forename"], ["town", "surname"]]
    + [[name, part] for name in ["forename", "surname"] for part in [YEAR, DAY, "year_of_birth"]]
)
if "date_of_birth" in has:
    certain = [
        "l.forename = r.forename AND l.surname = r.surname AND damerau_levenshtein(l.date_of_birth, r.date_of_birth) <= 1",
        "l.date_of_birth = r.date_of_birth AND l.surname = r.surname AND damerau_levenshtein(l.forename, r.forename) <= 2",
        "l.date_of_birth = r.date_of_birth AND l.forename = r.forename AND damerau_levenshtein(l.surname, r.surname) <= 2",
    ]
else:
    certain = [block_on("forename", "surname", "postcode", *({"year_of_birth"} & has))]
certain += [block_on(*rule) for rule in present([["phone"], ["email"]])]
TRAINING = present([["forename", "surname"], ["date_of_birth"], ["year_of_birth", "surname"]]) if has & {"date_of_birth", "year_of_birth"} else [["forename", "surname"], ["postcode"]]

settings = SettingsCreator(
    link_type="link_only" if len(paths) == 2 else "dedupe_only",
    unique_id_column_name="id",
    comparisons=[comparison() for column, comparison in COMPARISONS.items() if column in has],
    blocking_rules_to_generate_predictions=[block_on(*rule) for rule in BLOCKING],
    retain_intermediate_calculation_columns=False,
    retain_matching_columns=False,
)
api = DuckDBAPI(connection)
linker = Linker([api.register(name, dataset_display_name=name) for name in names], settings, log_level="ERROR")
linker.training.estimate_probability_two_random_records_match(certain, recall=0.7)
linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
for rule in TRAINING:
    try:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule), max_pairs=1e7 if records > SAMPLED_ABOVE else None)
    except ValueError as error:  # in a small file every pair of a block may be a match, and Splink takes no m of 0: the comparisons keep what they have
        print(f"no training on {rule}: {error}", file=sys.stderr)
scored = linker.inference.predict(threshold_match_weight=FLOOR).physical_name
# the lesser id of a pair within a file, or the first file's, need not be on the left
swap = "source_dataset_l = 'people_1'" if len(paths) == 2 else "false"
connection.execute(
    f"COPY (SELECT CASE WHEN {swap} THEN id_r ELSE id_l END AS a, CASE WHEN {swap} THEN id_l ELSE id_r END AS b, match_weight AS score FROM {scored}) TO '{pairs_path}' (HEADER)"
)
print(json.dumps({"pairs": connection.execute(f"SELECT count(*) FROM {scored}").fetchone()[0]}))
