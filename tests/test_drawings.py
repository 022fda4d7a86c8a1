"""What charts and diagrams of slides and Word files tell."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import docx
import pptx
import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from loading import load
from pptx.chart import data as chart_data
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part as SlidePart
from pptx.opc.packuri import PackURI as SlideURI
from pptx.oxml import parse_xml as parse_shape

from rag.load.drawings import drawn

Charts: Any = chart_data  # which has no types
_SCHEMAS = "http://schemas.openxmlformats.org"
_NAMES = (
    f'xmlns:a="{_SCHEMAS}/drawingml/2006/main" xmlns:d="{_SCHEMAS}/drawingml/2006/diagram" '
    f'xmlns:c="{_SCHEMAS}/drawingml/2006/chart" '
    f'xmlns:r="{_SCHEMAS}/officeDocument/2006/relationships"'
)
_DIAGRAM = f'<d:relIds {_NAMES} r:dm="%s" r:lo="x" r:qs="x" r:cs="x"/>'


def saved(file: Any) -> bytes:
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def chart(data: Any, kind: Any = XL_CHART_TYPE.COLUMN_CLUSTERED, title: str = "") -> list[str]:
    """What a slide with a chart tells."""
    file = pptx.Presentation()
    slide = file.slides.add_slide(file.slide_layouts[6])
    graphic: Any = slide.shapes.add_chart(kind, 0, 0, 1, 1, data)
    if title:
        graphic.chart.chart_title.text_frame.text = title
    document, notes = load(saved(file), "a.pptx")
    assert notes == []
    return document.text.split("\n\n")


def sales(names: Sequence[object], number_format: str = "General", **series: Sequence[Any]) -> Any:
    data = Charts.CategoryChartData(number_format=number_format)
    data.categories = names
    for name, values in series.items():
        data.add_series(name, values)
    return data


def test_a_row_for_each_category_with_the_values_of_all_series() -> None:
    data = sales(["North", "South"], Bolts=(12500, 4.0), Clamps=(0.1 + 0.2, None))
    assert chart(data, title="Pieces\nsold") == [
        "Pieces sold",
        "North; Bolts: 12500; Clamps: 0.3",
        "South; Bolts: 4",
    ]


def test_values_are_told_as_they_are_shown() -> None:
    assert chart(sales(["North"], "0.0%", Share=(0.125,))) == ["North; Share: 12.5%"]
    data = sales([date(2024, 5, 6), date(2024, 6, 7)], Share=(1, 2))
    assert chart(data) == ["2024-05-06; Share: 1", "2024-06-07; Share: 2"]


def test_names_on_several_levels_are_told_with_those_above() -> None:
    data = Charts.CategoryChartData()
    for year in ("2023", "2024"):
        above = data.add_category(year)
        above.add_sub_category("May")
        above.add_sub_category("June")
    data.add_series("Sold", (1, 2, 3, 4))
    assert chart(data) == [
        "2023 May; Sold: 1", "2023 June; Sold: 2", "2024 May; Sold: 3", "2024 June; Sold: 4"
    ]  # fmt: skip


def test_points_of_two_values() -> None:
    data = Charts.XyChartData()
    points = data.add_series("Depth")
    points.add_data_point(0.5, 3)
    assert chart(data, XL_CHART_TYPE.XY_SCATTER) == ["0.5; Depth: 3"]


def diagram(*links: tuple[int, int, int]) -> bytes:
    """A diagram of five texts; a link is from one to another, at a place below it."""
    points = "".join(
        f'<d:pt modelId="{n}"><d:t><a:p><a:r><a:t>Step</a:t></a:r><a:r><a:t> {n}</a:t></a:r></a:p>'
        "</d:t></d:pt>"
        for n in range(1, 6)
    )
    linked = "".join(
        f'<d:cxn modelId="x" srcId="{a}" destId="{b}" srcOrd="{n}"/>' for a, b, n in links
    )
    return (
        f'<d:dataModel {_NAMES}><d:ptLst><d:pt modelId="0" type="doc"/>{points}'
        f'<d:pt modelId="9" type="pres"/></d:ptLst><d:cxnLst>{linked}'
        '<d:cxn modelId="y" type="presOf" srcId="5" destId="9"/></d:cxnLst></d:dataModel>'
    ).encode()


TREE = ((0, 3, 1), (0, 2, 0), (2, 5, 0), (2, 4, 1), (4, 2, 0), (0, 8, 2))


def word_file(data: bytes) -> bytes:
    """A Word file with a diagram in the first of two paragraphs."""
    file = docx.Document()
    part = Part(PackURI("/word/diagrams/data1.xml"), "application/xml", data, file.part.package)
    id = file.part.relate_to(part, f"{_SCHEMAS}/officeDocument/2006/relationships/diagramData")
    file.add_paragraph("How it goes").runs[0]._r.append(parse_xml(_DIAGRAM % id))
    file.add_paragraph("And so on")
    return saved(file)


def test_a_diagram_is_told_from_its_root_in_order() -> None:
    told = load(word_file(diagram(*TREE)), "a.docx")[0].text.split("\n\n")
    assert told == ["How it goes", "Step 2", "Step 5", "Step 4", "Step 3", "And so on"]


def test_a_diagram_on_a_slide() -> None:
    file = pptx.Presentation()
    slide = file.slides.add_slide(file.slide_layouts[6])
    package: Any = slide.part.package
    part = SlidePart(
        SlideURI("/ppt/diagrams/data1.xml"), "application/xml", package,
        diagram((0, 1, 0)),
    )  # fmt: skip
    id = slide.part.relate_to(part, f"{_SCHEMAS}/officeDocument/2006/relationships/diagramData")
    slide.shapes._spTree.append(
        parse_shape(
            f'<p:graphicFrame xmlns:p="{_SCHEMAS}/presentationml/2006/main" {_NAMES}>'
            '<p:nvGraphicFramePr><p:cNvPr id="7" name="x"/><p:cNvGraphicFramePr/><p:nvPr/>'
            f'</p:nvGraphicFramePr><p:xfrm/><a:graphic><a:graphicData uri="x">{_DIAGRAM % id}'
            "</a:graphicData></a:graphic></p:graphicFrame>"
        )
    )
    assert load(saved(file), "a.pptx")[0].text == "Step 1"


@pytest.mark.parametrize("data", [b"", b"<x", diagram((0, 1, 0)).replace(b'Ord="0"', b'Ord="x"')])
def test_a_damaged_one_costs_no_more_than_itself(data: bytes) -> None:
    assert load(word_file(data), "a.docx")[0].text == "How it goes\n\nAnd so on"


def test_one_that_is_not_there_is_passed_over() -> None:
    file = docx.Document()
    assert [*drawn(parse_xml(_DIAGRAM % "rId99"), file.part)] == []
