"""gas/growth.svg: one panel a quantity, gas over size, both on their own scale."""
import math

WIDTH, HEIGHT, COLUMNS = 420, 260, 2
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 30, 38
COLOURS = ["#1b6ca8", "#d1495b", "#2e8b57", "#8a5a9e", "#c77d0a", "#4a4a4a", "#00838f"]


def svg(curves):
    """The plot of all curves."""
    panels = {}
    for curve in curves:
        panels.setdefault(curve["of"], []).append(curve)
    rows = math.ceil(len(panels) / COLUMNS)
    heights = [HEIGHT + 15 * max(len(lines) for lines in list(panels.values())[COLUMNS * row:COLUMNS * (row + 1)]) for row in range(rows)]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH * COLUMNS}" height="{sum(heights)}" '
             'font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="white"/>']
    for index, (of, lines) in enumerate(panels.items()):
        x, y = WIDTH * (index % COLUMNS), sum(heights[:index // COLUMNS])
        parts.append(f'<g transform="translate({x},{y})">{panel(of, lines)}</g>')
    return "\n".join(parts) + "\n</svg>\n"


def panel(of, lines):
    sizes = sorted({point["size"] for line in lines for point in line["points"]})
    most = max(point["gas"] for line in lines for point in line["points"])
    step = 10 ** math.floor(math.log10(most))
    top = math.ceil(most / step) * step
    across, down = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    low, high = math.log10(sizes[0]), math.log10(sizes[-1]) if sizes[-1] > sizes[0] else math.log10(sizes[0]) + 1

    def place(size, gas):
        return LEFT + across * (math.log10(size) - low) / (high - low), TOP + down * (1 - gas / top)

    parts = [f'<text x="{LEFT}" y="18" font-weight="bold">{of}</text>']
    for tick in range(5):
        gas = top * tick / 4
        _, y = place(sizes[0], gas)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/><text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{gas / 1000:,.0f} k</text>')
    for size in sizes:
        x, _ = place(size, 0)
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{size:,}</text>')
    for number, line in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        points = [place(point["size"], point["gas"]) for point in sorted(line["points"], key=lambda point: point["size"])]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" fill="{colour}"/>' for x, y in points]
        y = HEIGHT - BOTTOM + 34 + 15 * number
        parts.append(f'<rect x="{LEFT}" y="{y - 8}" width="10" height="10" fill="{colour}"/><text x="{LEFT + 16}" y="{y + 1}">{line["message"]}</text>')
    return "".join(parts)
