"""That the benchmark runs; what it finds is for a person to read."""

from tests.benchmarks.__main__ import Size, measure, table


def test_the_benchmark_gives_a_table() -> None:
    figures = measure(Size(rounds=1, citizens=2, starts=0, pages=1, pushes=0))
    printed = table(figures)
    assert "Redis trips" in printed
    assert "PDF" in printed
    assert [one.values for one in figures if "wrong" in one.what] == [(0,)]
