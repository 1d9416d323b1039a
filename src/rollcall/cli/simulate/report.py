"""The result of a simulation as lines for people, and what in it must not be. Pure."""

from rollcall.cli.simulate.run import Outcome
from rollcall.cli.simulate.script import BEHAVIOURS


def describe(outcome: Outcome) -> list[str]:
    """Return the result as lines for people."""
    tally, compared = outcome.tally, outcome.comparison
    waits = sorted(tally.ack_ms) or [0]
    lines = [
        f"event             {outcome.event}",
        f"players           {outcome.tabs} on {tally.connections} connections, {tally.lost_connections} lost unasked",
        f"rows              {tally.rows} sent, {tally.acks} acknowledgements, {tally.gaps} gaps",
        f"to durable        median {waits[len(waits) // 2]} ms, p99 {waits[len(waits) * 99 // 100]} ms",
        f"watched           {compared.watched_ms / 60_000:.1f} minutes proven, {compared.confirmed} checks confirmed",
    ]
    if tally.back_ms:
        back = sorted(tally.back_ms)
        lines.append(
            f"back again        median {back[len(back) // 2]} ms, longest {back[-1]} ms after a loss unasked"
        )
    if outcome.faults:
        lines.append(f"network           {', '.join(f'{n} {what}' for what, n in outcome.faults.items())}")
    lines.append(f"{'behaviour':<18}people  mean    p99     max     error of a figure in ms")
    lines.extend(_of_behaviour(outcome, name, people) for name, people in outcome.people.items())
    if compared.worst is not None:
        lines.append(f"worst             {compared.worst}")
    return lines


def _of_behaviour(outcome: Outcome, name: str, people: int) -> str:
    mine, behaviour = outcome.comparison.of(name), BEHAVIOURS[name]
    kind = "" if behaviour.honest else "credited beyond the limit"
    if behaviour.slack_ms:
        kind = f"up to {behaviour.slack_ms} more may be lost"
    return (
        f"{name:<18}{people:<8}{mine.mean_ms:<8.0f}{mine.at_rank(99):<8}{mine.at_rank(100):<8}{kind}".rstrip()
    )


def find_faults(outcome: Outcome, bound_ms: int) -> list[str]:
    """Return what must not happen, as sentences; empty when all is well."""
    tally, compared = outcome.tally, outcome.comparison
    faults = [f"the server refused players: {reason} ({n} times)" for reason, n in tally.refusals.items()]
    if tally.never_opened:
        faults.append(f"{tally.never_opened} players were never let in")
    if tally.unacknowledged_rows:
        faults.append(f"{tally.unacknowledged_rows} rows were never acknowledged")
    beyond = [d for d in compared.deviations if d.beyond_ms > bound_ms]
    faults.extend(f"an error exceeds {bound_ms} ms: {deviation}" for deviation in beyond)
    return [*faults, *compared.wrong_outcomes]
