"""People are drawn from the seed: alike for the same, different for another, and within the length."""

import pytest

from rollcall.cli.simulate.script import BEHAVIOURS, GROUPS, named, write_scripts


@pytest.mark.parametrize("length_ms", [10_000, 30_000, 3_600_000])
def test_the_same_seed_behaves_alike_and_inside_the_length(length_ms: int) -> None:
    people = write_scripts(300, length_ms, 7, list(BEHAVIOURS))
    assert people == write_scripts(300, length_ms, 7, list(BEHAVIOURS))
    assert people != write_scripts(300, length_ms, 8, list(BEHAVIOURS))
    assert {person.behaviour for person in people} == set(BEHAVIOURS)
    for tab in (tab for person in people for tab in person.tabs):
        happens = [
            event.at_ms for events in (tab.changes, tab.drops, tab.sleeps, tab.kills) for event in events
        ]
        assert 0 <= tab.opens_ms < tab.closes_ms <= length_ms
        assert all(0 <= at_ms <= length_ms for at_ms in happens)


def test_behaviours_are_named_alone_or_in_groups() -> None:
    assert named("plain, frozen") == ["plain", "frozen"]
    assert named("honest") == GROUPS["honest"]
    assert set(named("honest,cheating")) == set(BEHAVIOURS) - {"wrong-rate"}
    with pytest.raises(ValueError, match="'asleep'"):
        named("plain,asleep")


def test_humans_vary_and_machines_do_not() -> None:
    people = write_scripts(60, 30_000, 7, ["plain", "auto-click", "drops-prompts"])
    reactions = [set(person.reactions_ms) for person in people]
    assert all(len(r) > 30 or not r for r in reactions[::3])
    assert all(len(r) == 1 for r in reactions[1::3])
    assert all(not r for r in reactions[2::3])
    assert all(person.drops_prompts for person in people[2::3])
