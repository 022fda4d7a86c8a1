"""Jupyter notebooks to exact text."""

import json
from typing import Any

import pytest
from loading import load, make_notebook

from rag.load import CannotLoad


def markdown(*lines: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": list(lines)}


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs)}


def shown(**kinds: Any) -> dict[str, Any]:
    """What a cell shows, by kinds of which / is written _."""
    data = {name.replace("_", "/"): value for name, value in kinds.items()}
    return {"output_type": "execute_result", "data": data}


def printed(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": [text]}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (markdown("# Care\n", "\n", "Oil it."), "# Care\n\nOil it."),
        ({"cell_type": "raw", "source": "As it is."}, "As it is."),
        ({"source": "Of no kind."}, "Of no kind."),
        (code("x = 1\n# one\n"), "```python\nx = 1\n# one\n```"),
        (code("print(1)", printed("1\n")), "```python\nprint(1)\n```\n\n```text\n1\n```"),
        (code("", printed("1"), printed("2")), "```text\n1\n```\n\n```text\n2\n```"),
        (code("", printed("\x1b[31mred\x1b[0m \x1b[?25h1%\r50%\rdone\r\nnext\r\n")),
         "```text\ndone\nnext\n```"),
        (code("", shown(text_plain=["a  b\n", "1  2"], text_html="<b>CANARY</b>")),
         "```text\na  b\n1  2\n```"),
        (code("", shown(text_plain="<Figure size 640x480 with 1 Axes>", image_png="CANARY")), ""),
        (code("", shown(text_plain="<Styler at 0x7f>",
                        text_html="<h2>Sums</h2><table><tr><th>a<th>b</tr><tr><td>1<td>2</tr>"
                        "</table>")), "## Sums\n\na: 1; b: 2"),
        (code("", shown(text_html="<p>Said.")), "Said."),
        (code("", shown(text_html="<script>x</script>")), ""),
        (code("", shown(text_markdown="**Ada** wins", text_plain="<Markdown object>")),
         "**Ada** wins"),
        (code("", {"output_type": "error", "ename": "E", "traceback": ["CANARY"],
                   "text": "CANARY"}), ""),
        (code("", {"output_type": "display_data",
                   "data": {"application/vnd.jupyter.widget-view+json": {},
                            "text/plain": "HBox(CANARY)"}}), ""),
        (code('"""\n   ````\n```\n"""'), '`````python\n"""\n   ````\n```\n"""\n`````'),
        (markdown("Run it:\n", "```\n", "pip install"), "Run it:\n```\npip install\n```"),
        (markdown("~~~\n", "pip\n", "~~~"), "~~~\npip\n~~~"),
    ],
)  # fmt: skip
def test_cells(cell: dict[str, Any], text: str) -> None:
    document, notes = load(make_notebook(markdown("First."), cell, markdown("Last.")), "a.ipynb")
    assert document.text == "\n\n".join(filter(None, ["First.", text, "Last."]))
    assert notes == []


def test_escapes_of_json_that_are_no_text() -> None:
    document, _ = load(r'{"cells": [{"source": "a\ud83d\ude00\ud800\u0000\r\nb"}]}', "a.ipynb")
    assert document.text == "a\N{GRINNING FACE}\ufffd\nb"


def test_sheets_of_version_3() -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Bike\n", "care"]},
        {"cell_type": "heading", "level": 9, "source": "Oil"},
        {"cell_type": "heading", "level": -1, "source": "Chain"},
        {"cell_type": "heading", "level": "x", "source": "Bell"},
        {"cell_type": "code", "input": "1 + 1", "outputs": [
            {"output_type": "pyout", "text": ["2"], "html": "CANARY"},
            {"output_type": "pyerr", "text": "CANARY"}]},
    ]  # fmt: skip
    data = json.dumps({"worksheets": [{"cells": cells}], "metadata": {"name": "x"}})
    document, _ = load(data, "a.ipynb")
    assert document.text == (
        "## Bike care\n\n###### Oil\n\n# Chain\n\n# Bell\n\n```text\n1 + 1\n```\n\n```text\n2\n```"
    )
    assert document.title == "Bike care"


@pytest.mark.parametrize(
    ("lines", "text"),
    [(["- a", "- b"], "- a\n- b"), (["a\n", "b", "c"], "a\nbc"), (["a", "", "b"], "a\n\nb")],
)
def test_lines_with_and_without_their_ends(lines: list[str], text: str) -> None:
    data = json.dumps({"cells": [{"cell_type": "markdown", "source": lines}]})
    assert load(data, "a.ipynb")[0].text == text


@pytest.mark.parametrize(
    ("metadata", "edge"),
    [
        ({"language_info": {"name": "R"}, "kernelspec": {"language": "python"}}, "```R"),
        ({"language_info": {"name": "a b"}, "kernelspec": {"language": "julia"}}, "```julia"),
        ({"language_info": 5, "kernelspec": {"language": ["x"]}}, "```text"),
        ([], "```text"),
        (None, "```text"),
    ],
)
def test_language(metadata: Any, edge: str) -> None:
    document, _ = load(make_notebook(code("x"), metadata=metadata), "a.ipynb")
    assert document.text == f"{edge}\nx\n```"


def test_title_and_front_matter_are_those_of_its_markdown() -> None:
    data = make_notebook(code("# No title"), markdown("Text.\n", "\n", "## A *title*"))
    document, _ = load(data, "a.ipynb")
    assert (document.title, document.body) == ("A *title*", 0)
    front = {"cell_type": "raw", "source": "---\ntitle: Gulls\ndate: 2024-05-06\n---"}
    document, _ = load(make_notebook(front, markdown("# Rooks")), "a.ipynb")
    assert (document.title, document.date) == ("Gulls", "2024-05-06")
    assert document.text[document.body :] == "\n# Rooks"


@pytest.mark.parametrize(
    "data",
    ["[]", "5", "null", '"cells"', "{}", '{"cells"', "Text.", "[" * 100_000,
     '{"cells": ' + "9" * 5_000 + "}"],
    ids=lambda data: data[:9],
)  # fmt: skip
def test_no_notebook(data: str) -> None:
    with pytest.raises(CannotLoad, match="is not one, or a damaged one"):
        load(data, "a.ipynb")


ODD: tuple[Any, ...] = (5, None, True, "x", [], {}, [[]], [5, None, {}], {"a": 5})


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_values_of_other_types_are_passed_over(odd: Any) -> None:
    good = markdown("Good.")
    cells = [
        odd, {"cell_type": odd, "source": "Kept."}, {"cell_type": "code", "outputs": odd},
        {"cell_type": "code", "source": "", "outputs": [
            odd, {"output_type": odd}, {"data": odd}, {"data": {"text/plain": odd}},
            {"data": {"text/html": odd}}, {"data": {"text/markdown": odd}}]},
        {"cell_type": "heading", "level": odd, "source": ""}, good,
    ]  # fmt: skip
    document, _ = load(make_notebook(*cells, metadata=odd), "a.ipynb")
    assert document.text.startswith("Kept.") and document.text.endswith("Good.")
    for key in ("cells", "worksheets"):
        with pytest.raises(CannotLoad, match="no text"):
            load(json.dumps({key: odd}), "a.ipynb")


def test_a_table_is_read_as_one_where_it_is_shown_as_one() -> None:
    table = "<style>td {}</style><table><tr><th></th><th>port</th><th>ships</th></tr>"
    rows = "<tr><th>0</th><td>Bay</td><td>12</td></tr>"
    data = {"text/plain": "  port  ships\n0  Bay  12", "text/html": f"{table}{rows}</table>"}
    cell = {"cell_type": "code", "source": "d", "outputs": [{"data": data}]}
    document, _ = load(json.dumps({"cells": [cell]}), "a.ipynb")
    assert document.text.endswith("\n\n0; port: Bay; ships: 12")
