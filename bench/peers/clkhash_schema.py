"""The clkhash schema of both benchmarks: one 1024-bit filter of every column that has bits; bigrams of words, single positions of codes, numbers of a day or month as a whole."""

from clkhash.comparators import ExactComparison, NgramComparison
from clkhash.field_formats import BitsPerFeatureStrategy, FieldHashingProperties, Ignore, StringSpec
from clkhash.schema import Schema

CODES = {"sex", "date_of_birth", "year", "year_of_birth", "postcode", "phone"}


def clk_schema(columns: list[str], bits: dict[str, int]) -> Schema:
    def field(name: str) -> StringSpec | Ignore:
        if name not in bits:
            return Ignore(name)
        comparator = ExactComparison() if name in {"day", "month"} else NgramComparison(1, positional=True) if name in CODES else NgramComparison(2)
        return StringSpec(name, FieldHashingProperties(comparator=comparator, strategy=BitsPerFeatureStrategy(bits[name])))

    return Schema([field(name) for name in columns], 1024)
