"""The picture: CPU relative to the floor, one panel a case, one bar a peer, as an SVG without dependencies."""
from __future__ import annotations

from html import escape

from .bulk import BULK_TITLES
from .cases import CASES
from .framed import FRAMED_TITLES
from .peers import PEERS

WIDTH, MARGIN, GAP = 920, 24, 28
PANEL_WIDTH = (WIDTH - 2 * MARGIN - GAP) / 2
LABELS, VALUES = 206, 46  # left and right of the bars
ROW, BAR = 20, 12
PANEL_HEAD, PANEL_FOOT = 44, 22
HEAD, FOOT = 76, 48
# A bar beyond this is cut, and says so: one slow peer must not press all the others together.
LONGEST = 5.0

# The colours of the classes, in light and in dark. No CSS variables: several programs that draw SVG do not know them.
LIGHT = {
    "text": "fill: #1f2328",
    ".soft": "fill: #59636e",
    ".other": "fill: #9aa9ba",
    ".floor": "fill: #59636e",
    ".ours": "fill: #d9512c",
    ".grid": "stroke: #e4e8ec",
    ".one": "stroke: #59636e",
    ".cut": "fill: #ffffff",
    ".ground": "fill: #ffffff; stroke: #d0d7de",
}
DARK = {
    "text": "fill: #e6edf3",
    ".soft": "fill: #9198a1",
    ".other": "fill: #55657a",
    ".floor": "fill: #9198a1",
    ".ours": "fill: #ff7b54",
    ".grid": "stroke: #262c34",
    ".one": "stroke: #9198a1",
    ".cut": "fill: #0d1117",
    ".ground": "fill: #0d1117; stroke: #30363d",
}
SHAPES = """
text { font-family: -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; font-size: 12px; }
.title { font-size: 17px; font-weight: 600; } .case { font-size: 13px; font-weight: 600; } .soft { font-size: 11px; }
.end { text-anchor: end; } .middle { text-anchor: middle; } .strong { font-weight: 600; }
.grid { stroke-width: 1; } .one { stroke-width: 1; stroke-dasharray: 3 3; }
"""


def style() -> str:
    """Colours follow the reader's theme. The picture brings its own ground, so that text is never on a foreign one."""
    light, dark = ("\n".join(f"{name} {{ {how}; }}" for name, how in colours.items()) for colours in (LIGHT, DARK))
    return f"<style>{SHAPES}{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n</style>"


def kind(peer: str) -> str:
    return "floor" if peer.endswith("floor") else "ours" if peer.startswith("sockeye") else "other"


def text(x: float, y: float, words: str, classes: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{classes}">{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, classes: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{classes}"/>'


def rectangle(x: float, y: float, width: float, height: float, classes: str, radius: float = 2) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius:g}" class="{classes}"/>'


def title(case: str, peer: str) -> str:
    if CASES[case].mib and peer in BULK_TITLES:
        return BULK_TITLES[peer]
    if CASES[case].framing and peer in FRAMED_TITLES:
        return FRAMED_TITLES[peer]
    return PEERS[peer].title if peer in PEERS else peer


def row(x: float, y: float, peer: str, label: str, ratio: float, scale: float, longest: float) -> list[str]:
    strong = " strong" if kind(peer) == "ours" else ""
    left, length = x + LABELS, min(ratio, longest) * scale
    out = [
        text(left - 8, y + BAR - 2, label, "end" + strong),
        rectangle(left, y, length, BAR, kind(peer)),
        text(left + length + 6, y + BAR - 2, f"{ratio:.2f}", strong.strip()),
    ]
    if ratio > longest:
        # A gap with slanted edges, near the end: the bar goes on.
        at, low, high = left + length - 18, y - 2, y + BAR + 2
        out.append(f'<path d="M{at:.1f} {high} l5 {low - high} h5 l-5 {high - low} z" class="cut"/>')
    return out


def panel(x: float, y: float, name: str, ratios: dict[str, float], rows: int, longest: float) -> list[str]:
    case = CASES[name]
    scale = (PANEL_WIDTH - LABELS - VALUES) / longest
    top, bottom = y + PANEL_HEAD, y + PANEL_HEAD + rows * ROW
    out = [text(x, y + 14, name, "case"), text(x, y + 31, case.about, "soft")]
    step = 1 if longest <= 5 else 2
    for tick in range(0, int(longest) + 1, step):
        at = x + LABELS + tick * scale
        out += [line(at, top - 4, at, bottom, "grid"), text(at, bottom + 13, str(tick), "soft middle")]
    for index, (peer, ratio) in enumerate(ratios.items()):
        out += row(x, top + index * ROW + (ROW - BAR) / 2, peer, title(name, peer), ratio, scale, longest)
    at = x + LABELS + scale
    return [*out, line(at, top - 4, at, bottom, "one")]


def draw(run: dict) -> str:
    panels = {
        name: ratios
        for name, peers in run["cases"].items()
        if (
            ratios := {
                peer: figures["ratio"]
                for peer, figures in peers.items()
                if "ratio" in figures and peer not in CASES[name].without
            }
        )
    }
    highest = max((r for ratios in panels.values() for r in ratios.values()), default=1.0)
    longest = min(LONGEST, max(2.0, highest))
    # Two panels stand side by side, as high as the higher of them.
    lines = [list(panels.items())[first : first + 2] for first in range(0, len(panels), 2)]
    rows = [max(len(ratios) for _, ratios in pair) for pair in lines]
    heights = [PANEL_HEAD + most * ROW + PANEL_FOOT for most in rows]
    height = HEAD + sum(heights) + GAP * max(len(lines) - 1, 0) + FOOT
    machine = run["machine"]
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'role="img" aria-labelledby="t d">',
        '<title id="t">CPU time of echo servers, relative to a bare C epoll loop</title>',
        f'<desc id="d">{escape(in_words(panels))}</desc>',
        style(),
        rectangle(0.5, 0.5, WIDTH - 1, height - 1, "ground", 8),
        text(MARGIN, 34, "CPU a message, relative to a bare C epoll loop (1.00, dashed)", "title"),
        text(MARGIN, 55, "Shorter is better. Server's user and system time; medians of each round's own ratio.", "soft"),
    ]
    y = HEAD
    for pair, most, panel_height in zip(lines, rows, heights):
        for column, (name, ratios) in enumerate(pair):
            out += panel(MARGIN + column * (PANEL_WIDTH + GAP), y, name, ratios, most, longest)
        y += panel_height + GAP
    commit = machine["commit"] if machine["commit"] == "unknown" else machine["commit"][:12]
    where = f"{machine['cpu']}, {machine['cores']} cores, {machine['kernel']} · commit {commit} · {machine['date']}"
    out += [text(MARGIN, height - 18, where, "soft"), "</svg>"]
    return "\n".join(out) + "\n"


def in_words(panels: dict[str, dict[str, float]]) -> str:
    """For whoever cannot see the bars."""
    return " ".join(
        f"{name}: " + ", ".join(f"{title(name, p)} {r:.2f}" for p, r in ratios.items()) + "."
        for name, ratios in panels.items()
    )
