"""Questions of every kind, drawn by Hypothesis."""

from hypothesis import strategies as st

from rollcall.domain.quizzes.numbers import decimal_text
from rollcall.domain.quizzes.questions import Choice, FreeText, Multiple, Number, Order, Question, Single

words = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=30).filter(
    str.strip
)
decimals = st.fractions(-(10**6), 10**6, max_denominator=1).map(lambda n: n / 100).map(decimal_text)


@st.composite
def choices(draw: st.DrawFn, *, single: bool) -> tuple[Choice, ...]:
    texts = draw(st.lists(words, min_size=2, max_size=8, unique=True))
    right = draw(st.sets(st.integers(0, len(texts) - 1), min_size=1, max_size=1 if single else len(texts)))
    return tuple(Choice(text, index in right) for index, text in enumerate(texts))


head = {
    "text": words,
    "points": st.integers(1, 100),
    "pool": st.none() | st.sampled_from(["Сердце", "Лёгкие"]),
    "title": st.none() | words,
}
singles = st.builds(Single, choices=choices(single=True), **head)
multiples = st.builds(
    Multiple,
    choices=choices(single=False),
    grading=st.sampled_from(["right_minus_wrong", "all_or_nothing"]),
    **head,
)
orders = st.builds(
    Order,
    items=st.lists(words, min_size=2, max_size=8, unique=True).map(tuple),
    grading=st.sampled_from(["right_places", "all_or_nothing"]),
    **head,
)
numbers = st.builds(
    Number, answer=decimals, tolerance=decimals.map(lambda text: text.removeprefix("-")), **head
)
texts = st.builds(FreeText, accepted=st.lists(words, max_size=4, unique=True).map(tuple), **head)
questions: st.SearchStrategy[Question] = singles | multiples | orders | numbers | texts
