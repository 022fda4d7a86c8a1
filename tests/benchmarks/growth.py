"""A plot of how an index grows, as an SVG without a plotting library."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

# Field of a row, what it is, and its unit.
_CURVES = (
    ("structures_s", "search structures from stored vectors", "s"),
    ("open_s", "first question of a process", "s"),
    ("hybrid_p50_ms", "hybrid search, median", "ms"),
    ("hybrid_p95_ms", "hybrid search, 95th percentile", "ms"),
    ("peak_mb", "peak memory while asking", "MB"),
    ("disk_mb", "disk", "MB"),
)
_WIDTH, _HEIGHT, _MARGIN = 300, 190, 76


def draw(rows: Sequence[Mapping[str, Any]]) -> str:
    """An SVG with a log-log panel for each measure, over the numbers of passages."""
    panels = [
        _panel(rows, curve, (i % 3) * _WIDTH, (i // 3) * _HEIGHT) for i, curve in enumerate(_CURVES)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{3 * _WIDTH}" height="{2 * _HEIGHT}" '
        'font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="white"/>\n'
        + "\n".join(panels)
        + "\n</svg>\n"
    )


def _panel(
    rows: Sequence[Mapping[str, Any]], curve: tuple[str, str, str], left: int, top: int
) -> str:
    field, title, unit = curve
    points = [(math.log10(row["passages"]), float(row[field])) for row in rows]
    low = math.floor(math.log10(min(value for _, value in points)))
    high = max(math.ceil(math.log10(max(value for _, value in points))), low + 1)
    first, last = points[0][0], max(points[-1][0], points[0][0] + 1)

    def x(size: float) -> float:
        return left + _MARGIN + (size - first) / (last - first) * (_WIDTH - _MARGIN - 30)

    def y(power: float) -> float:
        return top + _HEIGHT - 30 - (power - low) / (high - low) * (_HEIGHT - 64)

    parts = [f'<text x="{left + 10}" y="{top + 18}" font-weight="bold">{title}</text>']
    for power in range(low, high + 1):
        label = f"{10**power:g} {unit}"
        parts.append(
            f'<path d="M{x(first):.1f} {y(power):.1f}H{x(last):.1f}" stroke="#ddd"/>'
            f'<text x="{left + 4}" y="{y(power) + 4:.1f}" fill="#555">{label}</text>'
        )
    for size, value in points:
        at = f'x="{x(size):.1f}" text-anchor="middle"'
        height = y(math.log10(value))
        parts.append(
            f'<circle cx="{x(size):.1f}" cy="{height:.1f}" r="3" fill="#1f5faf"/>'
            f'<text {at} y="{height - 7:.1f}">{_figure(value)}</text>'
            f'<text {at} y="{top + _HEIGHT - 12}" fill="#555">{10**size:,.0f}</text>'
        )
    line = " ".join(f"{x(size):.1f},{y(math.log10(value)):.1f}" for size, value in points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#1f5faf" stroke-width="1.5"/>')
    return "".join(parts)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
