"""``match`` over mutated lines: decoded in part and decoded whole it says the same, to the byte."""

from mutated_lines import differences
from scale import scaled


def test_mutations(here, monkeypatch, counted):
    tried = fell = 0
    for seed in range(1_000, 1_000 + scaled(60, 2)):
        judged, different = differences(seed, 2_000, here, monkeypatch)
        tried += judged
        fell += judged if different else 0
    counted("mutated lines judged in part as whole", tried, tried - fell)
