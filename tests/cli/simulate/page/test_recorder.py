"""The simulated page cuts rows as the real one does: `frontend/tests/evidence/vectors.test.ts` reads the same file."""

import json

from tests.vectors.recorder import CASES, FILE, drawn, rows


def test_rows_are_those_of_the_vectors() -> None:
    cases = json.loads(FILE.read_text("utf-8"))
    assert len(cases) == CASES
    assert [list(rows(case["steps"])) for case in cases] == [case["rows"] for case in cases]


def test_the_vectors_are_as_drawn_and_meet_every_rule() -> None:
    cases = json.loads(FILE.read_text("utf-8"))
    assert [case["steps"] for case in cases] == [json.loads(json.dumps(drawn(seed))) for seed in range(CASES)]
    beats = [row for case in cases for row in case["rows"] if len(row) == 12]
    assert {row[7] for row in beats} == {"playing", "paused", "stalled", "seeking", "ended"}
    assert max(row[1] for row in beats) >= 3
    assert any(row[11] == 2.0 for row in beats)
