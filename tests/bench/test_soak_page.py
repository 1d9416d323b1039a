"""Soaks write their own section of a page and nothing else of it."""

from bench.soak._page import BEGIN, END, Block, with_blocks


def test_a_block_replaces_its_former_one_and_leaves_the_rest() -> None:
    page = with_blocks("# Evidence\n\nWords.\n", [Block("memory", "It stays.", "1 MiB\n", 0)])
    assert page == (
        f"# Evidence\n\nWords.\n\n{BEGIN}\n\n<!-- memory -->\n### memory\n\nIt stays.\n\n```text\n1 MiB\n```\n\n{END}\n"
    )
    both = with_blocks(f"{page}\nMore.\n", [Block("crashes", "None.", "0 lost\n### no heading", 0)])
    again = with_blocks(both, [Block("memory", "It stays.", "2 MiB", 0)])
    assert again == both.replace("1 MiB", "2 MiB")
    assert again.endswith(f"{END}\n\nMore.\n")
    assert again.index("### crashes") < again.index("### memory")
