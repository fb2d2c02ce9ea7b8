"""Splink on DuckDB: links two CSVs of the generator's uniform columns on clear text, trained without labels as its documentation advises.

usage: splink_link.py A.csv B.csv LINKS.csv THREADS
Writes id_a,id_b; prints {seconds, stages, candidate_pairs, links, peak_memory, cpu_seconds}.

Blocking rules chosen for pair completeness like ours, not for speed alone; u from random pairs, the prior from a rule that is nearly always right, m by EM on two blockings
that together leave every comparison free once. One-to-one by its single best links.
"""

import json
import sys
import time

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.blocking_analysis import count_comparisons_from_blocking_rules

from cost import cost

path_a, path_b, links_path, threads = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])

RULES = [
    block_on("surname", "date_of_birth"),
    block_on("forename", "date_of_birth"),
    block_on("postcode", "date_of_birth"),
    block_on("forename", "surname", "substr(date_of_birth, 1, 4)"),
    block_on("forename", "postcode"),
    block_on("surname", "postcode"),
]
SETTINGS = SettingsCreator(
    link_type="link_only",
    unique_id_column_name="record_id",
    comparisons=[
        cl.NameComparison("forename"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True),
        cl.ExactMatch("sex"),
        cl.JaroWinklerAtThresholds("address", [0.9, 0.7]),
        cl.PostcodeComparison("postcode"),
    ],
    blocking_rules_to_generate_predictions=RULES,
    retain_intermediate_calculation_columns=False,
    retain_matching_columns=False,
)

stages: dict[str, float] = {}
started = last = time.perf_counter()


def done(stage: str) -> None:
    global last
    now = time.perf_counter()
    stages[stage] = now - last
    last = now


connection = duckdb.connect(config={"threads": threads})
api = DuckDBAPI(connection)


def load(path: str, name: str):
    text = ", ".join(f"nullif(upper(trim({column})), '') AS {column}" for column in ["forename", "surname", "sex", "address"])
    connection.execute(
        f"CREATE TABLE {name} AS SELECT record_id, {text}, nullif(date_of_birth, '') AS date_of_birth, nullif(replace(upper(postcode), ' ', ''), '') AS postcode FROM read_csv(?, all_varchar = true, header = true)",
        [path],
    )
    return api.register(name, dataset_display_name=name)


tables = [load(path_a, "people_a"), load(path_b, "people_b")]
linker = Linker(tables, SETTINGS, log_level="ERROR")
done("load")
linker.training.estimate_probability_two_random_records_match([block_on("forename", "surname", "date_of_birth")], recall=0.6)
linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
done("u")
for rule in [block_on("surname", "date_of_birth"), block_on("forename", "postcode")]:
    linker.training.estimate_parameters_using_expectation_maximisation(rule)
done("em")
predictions = linker.inference.predict(threshold_match_probability=0.01)
done("predict")
clusters = linker.clustering.cluster_using_single_best_links(predictions, duplicate_free_datasets=["people_a", "people_b"], threshold_match_probability=0.5)
done("solve")
connection.execute(
    f"COPY (SELECT a.record_id AS id_a, b.record_id AS id_b FROM {clusters.physical_name} a JOIN {clusters.physical_name} b ON a.cluster_id = b.cluster_id WHERE a.source_dataset = 'people_a' AND b.source_dataset = 'people_b') TO '{links_path}' (HEADER)"
)
done("write")
seconds = time.perf_counter() - started
spent = cost()
links = connection.execute(f"SELECT count(*) FROM '{links_path}'").fetchone()[0]
# not timed: what predict has scored
counted = count_comparisons_from_blocking_rules(tables, blocking_rules=RULES, link_type="link_only", unique_id_column_name="record_id", record_sample_proportion=1.0)
pairs = int(counted[-1]["cumulative_comparison_count"])
print(json.dumps({"seconds": seconds, "stages": stages, "candidate_pairs": pairs, "links": links, **spent}))
