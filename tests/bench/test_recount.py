"""A session changed after the event: five thousand recounted to the millisecond, every prompt judged anew (F18).

How long it takes is for the benchmark to say.
"""

import pytest

from bench import recount, report


@pytest.mark.slow
def test_five_thousand_are_what_bare_numpy_counts_and_their_prompts_follow_the_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recount, "ROUNDS", 1)
    (result,) = recount.run()
    assert "5,000 participants" in result.name


@pytest.mark.parametrize("wrong", ["bare", "outcome"])
def test_a_wrong_figure_fails_the_benchmark(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if wrong == "bare":
        bare = report.bare
        monkeypatch.setattr(report, "bare", lambda file, sessions: bare(file, sessions) + 1)
    else:
        monkeypatch.setattr(recount, "ANSWERED_MS", recount.EARLIER_MS - 5_000)
    with pytest.raises(ValueError, match="bare numpy" if wrong == "bare" else "prompts 0 are cancelled"):
        recount.run(0.01)
