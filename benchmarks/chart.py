# SPDX-License-Identifier: BSD-3-Clause
"""Draws the rows of a comparison: time as a multiple of what the machine allows, one panel a number of threads."""

BARS = (("libtorch tuned", "#b8b8b8"), ("xgrad", "#1e50c8"), ("xgrad replayed", "#0a1e50"))
WIDTH, NAMES, BAR, GAP, TOP = 900, 150, 11, 9, 60


def best(rows, program):
    """The fastest row of a program; a peer may have run in several versions and tuned environments."""
    def is_of(name):
        return name.startswith("libtorch") and " tuned" in name if program == "libtorch tuned" else name == program
    times = [row["times_bound"] for row in rows if is_of(row["program"]) and row["times_bound"]]
    return min(times) if times else None


def panels(rows):
    """threads -> [(workload, [(program, colour, times bound)])], workloads in the order of the rows."""
    found = {}
    for threads in sorted({row["threads"] for row in rows}):
        here = [row for row in rows if row["threads"] == threads and row["times_bound"]]
        for workload in dict.fromkeys(row["workload"] for row in here):
            of = [row for row in here if row["workload"] == workload]
            bars = [(name, colour, best(of, name)) for name, colour in BARS]
            found.setdefault(threads, []).append((workload, [bar for bar in bars if bar[2]]))
    return found


def draw(rows):
    """The chart as SVG text."""
    found = panels(rows)
    groups = max((len(g) for g in found.values()), default=0)
    height = TOP + groups * (len(BARS) * BAR + GAP) + 30
    most = max((t for g in found.values() for _, bars in g for _, _, t in bars), default=1)
    room = (WIDTH - NAMES - 20) / max(len(found), 1)
    scale = (room - 60) / most
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
             'font-size="12">', '<rect width="100%" height="100%" fill="white"/>']
    x = 6
    for name, colour in BARS:
        parts.append(f'<rect x="{x}" y="6" width="12" height="12" fill="{colour}"/><text x="{x + 17}" y="16">{name}</text>')
        x += 130
    parts.append(f'<text x="{x}" y="16">time as a multiple of the bound, which is 1 (less is better)</text>')
    for panel, (threads, groups_here) in enumerate(found.items()):
        left = NAMES + panel * room
        parts.append(f'<text x="{left:.1f}" y="44" font-weight="bold">{threads} thread{"s" if threads > 1 else ""}</text>')
        y = TOP
        for workload, bars in groups_here:
            if panel == 0:
                parts.append(f'<text x="{NAMES - 8}" y="{y + 21}" text-anchor="end">{workload}</text>')
            for i, (_, colour, times) in enumerate(bars):
                at = y + i * BAR
                parts.append(f'<rect x="{left:.1f}" y="{at}" width="{times * scale:.1f}" height="{BAR - 1}" fill="{colour}"/>'
                             f'<text x="{left + times * scale + 4:.1f}" y="{at + 9}" font-size="10">{times:.2f}</text>')
            y += len(BARS) * BAR + GAP
        parts.append(f'<path d="M{left + scale:.1f} {TOP - 6}V{y}" stroke="#c81e1e" stroke-dasharray="3 3"/>')
    parts.append("</svg>")
    return "\n".join(parts) + "\n"
