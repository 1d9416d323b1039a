"""Every kind of flag, with what was seen, the rule that raised it and what the rule cannot know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal[
    "clock_stepped",
    "clock_rate",
    "playback_rate",
    "rejected_rows",
    "lost_rows",
    "position_frozen",
    "position_random",
    "position_unknown",
    "position_unreachable",
    "no_media_fetch",
    "unshown_prompts",
    "dodged_prompts",
    "untrusted_answer",
    "instant_answers",
    "constant_reactions",
    "no_pointer",
    "answers_as_one",
    "token_reused",
    "overlapping_devices",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One sentence each: what was seen, the rule, and the innocent ways to the same picture."""

    seen: str
    rule: str
    limits: str


@dataclass(frozen=True, slots=True)
class Sign:
    """One observation. `key`: what it is about within its kind; `detail`: derived figures only, never traces."""

    kind: Kind
    key: str
    count: int
    first_ms: int
    last_ms: int
    detail: Mapping[str, int] = field(default_factory=dict)


OF_BROADCASTS: frozenset[Kind] = frozenset({"playback_rate", "position_unknown"})  # not of recordings
SUMMED: frozenset[Kind] = frozenset(
    {"rejected_rows"}
)  # whose details are counts; of the others the largest stays


def merged(kind: Kind, old: Mapping[str, int], new: Mapping[str, int]) -> dict[str, int]:
    """Return the detail of a flag that was raised before and is raised again."""
    if kind in SUMMED:
        return {name: old.get(name, 0) + new.get(name, 0) for name in sorted({*old, *new})}
    return {name: max(old.get(name, 0), new.get(name, 0), key=abs) for name in sorted({*old, *new})}


MEANINGS: Mapping[Kind, Meaning] = {
    "clock_stepped": Meaning(
        "The player's clock stepped while it was watching.",
        "What ticks prove of its offset contradicts itself.",
        "A phone or laptop that slept for a second or two looks the same.",
    ),
    "clock_rate": Meaning(
        "The player's clock runs faster or slower than time does.",
        "Off by certainly more than 500 ppm in two stretches in a row, of a minute or of ten.",
        "A broken computer or a virtual machine looks the same; time is credited by our clock in any case.",
    ),
    "playback_rate": Meaning(
        "A live broadcast was played at 1.5 times its speed or more.",
        "A player said so of time that it reports as playing.",
        "Somebody catching up after a pause looks the same; live time is credited as it passes.",
    ),
    "rejected_rows": Meaning(
        "Rows of evidence could not be true and earned nothing.",
        "A row was longer than 40 s, ran backwards, or cited a tick or prompt its player was not given.",
        "A defect of the player looks the same.",
    ),
    "lost_rows": Meaning(
        "The player said that rows of evidence were lost.",
        "It can never send them and they earn nothing.",
        "A browser that cleared its storage or ran out of it looks the same.",
    ),
    "position_frozen": Meaning(
        "The player claimed to play while its content stood still.",
        "30 s of such claims within 2 minutes; our own player reports them as a stall.",
        "That time earns nothing already; a changed player is likely, a defect possible.",
    ),
    "position_random": Meaning(
        "The content position jumped about while the player claimed to play without a break.",
        "5 jumps of more than 2 s, or advances far from the speed of playing, within 2 minutes.",
        "An encoder that starts again and again looks the same: then it shows for many.",
    ),
    "position_unknown": Meaning(
        "A broadcast was played without saying when what was shown was on air.",
        "A minute or more of playing on one connection at positions that are no time of day.",
        "Nobody can tell whether it was behind live; a browser whose own HLS player keeps no dates looks the same.",
    ),
    "position_unreachable": Meaning(
        "A player claimed to show what of a broadcast was not on air yet, or could be gone back to no more.",
        "30 s of playing, where viewers may go back, more than 15 s ahead or older than they can reach and 135 s more.",
        "That time earns nothing already; an encoder whose clock is far off looks the same: then it shows for many.",
    ),
    "no_media_fetch": Meaning(
        "A player reported playing, but nobody fetched the picture for this participant.",
        "30 s of playing and not one request so far, or none for 60 s, while others' requests were seen.",
        "Raised only where we serve the picture; a proxy that keeps video for a whole clinic looks the same.",
    ),
    "unshown_prompts": Meaning(
        "A prompt arrived in a visible player and was not shown.",
        "The player had the prompt, reported on for 10 s or more, and told of neither display nor receipt in time.",
        "A blocker that hides dialogs, or an old browser, looks the same.",
    ),
    "dodged_prompts": Meaning(
        "The connection broke between the issue of a prompt and its display, at least twice.",
        "Live reports ended around the issue and came back 15 s later or more; not in an outage of ours.",
        "A bad mobile network does this by chance, rarely twice.",
    ),
    "untrusted_answer": Meaning(
        "A prompt was answered by a program in the page.",
        "The browser said that no user action caused the click.",
        "Some browser extensions for accessibility click this way.",
    ),
    "instant_answers": Meaning(
        "Prompts were answered faster than people can.",
        "At least two answers within 150 ms of their display.",
        "Somebody who types in the chat as the dialog appears may press its button.",
    ),
    "constant_reactions": Meaning(
        "Prompts were answered after always the same time.",
        "At least four answers, four fifths of all within 120 ms of each other.",
        "Chance does this to fewer than one in a thousand.",
    ),
    "no_pointer": Meaning(
        "Prompts were answered without any touch of mouse, screen or keyboard.",
        "At least three answers, four fifths of all, and nothing moved between display and answer.",
        "Screen readers, switches and voice control look the same.",
    ),
    "answers_as_one": Meaning(
        "Several accounts answered at the same moments from one address.",
        "At least four prompts answered within 100 ms of each other, nine tenths of those that both answered.",
        "Colleagues in one room hear the same chime; they are rarely so close so often.",
    ),
    "token_reused": Meaning(
        "A launch link was opened again elsewhere, and refused.",
        "A token that was redeemed came without the grant that it became.",
        "A page that may store nothing looks the same when it is opened anew.",
    ),
    "overlapping_devices": Meaning(
        "One participant watched in two places at once.",
        "Plays from different addresses overlap by more than 2 minutes; the time counts once.",
        "A computer and a phone on mobile data on one desk look the same.",
    ),
}
