#!/usr/bin/env python3
"""Screenshots of the real program as SVG, for the README: `python3 assets/screenshots/make.py`.

Runs the release build's demo in tmux, types the keys below, and turns what the terminal shows,
colours included, into SVG files beside this script. Needs tmux and `cargo build --release`.
"""

import html
import pathlib
import re
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = HERE.parent.parent / "target" / "release" / "branchwatch"

# File, columns, rows, seconds before the first key, then keys as tmux names them.
SHOTS = [
    ("dashboard", 120, 40, 20, []),
    ("wide", 200, 60, 30, []),
    ("verdict", 120, 40, 20, ["/", "reason:tampered", "Enter", "3", "Enter"]),
    ("past", 120, 40, 20, ["{", "{", "{", "{"]),
    ("export", 120, 40, 20, ["e"]),
]

# Columns, rows, and scenes of three seconds: keys, and seconds until the picture is taken.
MOVIE = (120, 34, [
    ([], 12),
    ([], 6),
    (["j", "j"], 1),
    (["Enter", "="], 1),
    (["3"], 1),
    (["/"], 1),
    (["f", "a", "c", "e", "Space", "r", "e", "j", "e", "c", "t", "Enter"], 1),
    (["3", "Enter"], 1),
    (["Escape", "Escape", "1", "Escape"], 4),
])

CELL, LINE, SIZE = 8.4, 18, 14
PALETTE = [
    "#1c1f26", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4",
    "#6b7280", "#ff7b86", "#b5e890", "#ffd68a", "#82c4ff", "#dd99ef", "#7fd6e0", "#ffffff",
]
GROUND, INK = "#16181d", "#d7dae0"
STYLE = re.compile(r"\x1b\[([0-9;:]*)m")


def tmux(*words):
    done = subprocess.run(["tmux", "-L", "branchwatch-shots", *words], capture_output=True, text=True)
    done.check_returncode()
    return done.stdout


def started(columns, rows):
    size = ["-x", str(columns), "-y", str(rows)]
    tmux("-f", "/dev/null", "new-session", "-d", "-s", "shot", *size,
         f"env COLORTERM=truecolor TERM=xterm-256color COLORFGBG='15;0' {PROGRAM} demo --seed 1")


def typed(keys):
    for key in keys:
        tmux("send-keys", "-t", "shot", key)
        time.sleep(0.4)


def seen():
    """The screen's lines with their escape sequences."""
    return tmux("capture-pane", "-p", "-e", "-t", "shot").splitlines()


def captured(columns, rows, wait, keys):
    """The screen after some seconds and the keys."""
    started(columns, rows)
    try:
        time.sleep(wait)
        typed(keys)
        return seen()
    finally:
        tmux("kill-server")


def filmed(columns, rows, scenes):
    """The screen after each of the scenes."""
    started(columns, rows)
    try:
        frames = []
        for keys, seconds in scenes:
            typed(keys)
            time.sleep(seconds)
            frames.append(seen())
        return frames
    finally:
        tmux("kill-server")


def colour(codes):
    """The colour of `38;…` or `48;…`, taking its codes off the list."""
    if codes.pop(0) == 2:
        red, green, blue = (codes.pop(0) for _ in range(3))
        return f"#{red:02x}{green:02x}{blue:02x}"
    number = codes.pop(0)
    if number < 16:
        return PALETTE[number]
    if number >= 232:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    steps = [0, 95, 135, 175, 215, 255]
    number -= 16
    return "#" + "".join(f"{steps[part]:02x}" for part in (number // 36, number // 6 % 6, number % 6))


def styled(style, text):
    """The style after one sequence."""
    style = dict(style)
    codes = [int(code or 0) for code in re.split("[;:]", text)]
    while codes:
        code = codes.pop(0)
        if code == 0:
            style = {}
        elif code in (1, 2, 4, 7):
            style[code] = True
        elif code == 22:
            style.pop(1, None), style.pop(2, None)
        elif code in (24, 27):
            style.pop(code - 20, None)
        elif code in (38, 48):
            style["ink" if code == 38 else "ground"] = colour(codes)
        elif code in (39, 49):
            style.pop("ink" if code == 39 else "ground", None)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style["ink"] = PALETTE[code - 30 if code < 90 else code - 82]
        elif 40 <= code <= 47 or 100 <= code <= 107:
            style["ground"] = PALETTE[code - 40 if code < 100 else code - 92]
    return style


def runs(line, style):
    """Text with its style, run by run; the style goes on into the next line."""
    found, at = [], 0
    for match in STYLE.finditer(line):
        if match.start() > at:
            found.append((style, line[at:match.start()]))
        style, at = styled(style, match.group(1)), match.end()
    if at < len(line):
        found.append((style, line[at:]))
    return found, style


def head(columns, rows):
    width, height = columns * CELL + 24, rows * LINE + 24
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
        f'viewBox="0 0 {width:.0f} {height}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" '
        f'font-size="{SIZE}">',
        f'<rect width="100%" height="100%" rx="8" fill="{GROUND}"/>',
    ]


def rows_of(lines):
    """The parts of each row; a style goes on into the next one."""
    style, rows = {}, []
    for row, line in enumerate(lines):
        found, style = runs(line, style)
        parts, column = [], 0
        for look, text in found:
            ink, ground = look.get("ink", INK), look.get("ground", GROUND)
            if look.get(7):
                ink, ground = ground, ink
            x, y, long = 12 + column * CELL, 12 + row * LINE, len(text) * CELL
            if ground != GROUND:
                parts.append(f'<rect x="{x:.1f}" y="{y}" width="{long:.1f}" height="{LINE}" fill="{ground}"/>')
            if text.strip():
                extra = ' font-weight="bold"' if look.get(1) else ""
                extra += ' opacity="0.6"' if look.get(2) else ""
                extra += ' text-decoration="underline"' if look.get(4) else ""
                parts.append(
                    f'<text x="{x:.1f}" y="{y + SIZE}" textLength="{long:.1f}" xml:space="preserve" '
                    f'fill="{ink}"{extra}>{html.escape(text)}</text>'
                )
            column += len(text)
        rows.append("\n".join(parts))
    return rows


def drawn(lines, columns, rows):
    return "\n".join([*head(columns, rows), *filter(None, rows_of(lines)), "</svg>"]) + "\n"


def moving(frames, columns, rows, seconds):
    """All frames in one picture: a row that several frames share stands in it once."""
    shown = {}
    for number, lines in enumerate(frames):
        for row in filter(None, rows_of(lines)):
            shown.setdefault(row, set()).add(number)
    parts, whole = head(columns, rows), set(range(len(frames)))
    for row, numbers in shown.items():
        if numbers == whole:
            parts.append(row)
            continue
        values = ";".join("visible" if number in numbers else "hidden" for number in whole)
        parts.append(
            f'<g visibility="hidden"><animate attributeName="visibility" calcMode="discrete" '
            f'values="{values}" dur="{seconds}s" repeatCount="indefinite"/>\n{row}\n</g>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


for name, columns, rows, wait, keys in SHOTS:
    lines = captured(columns, rows, wait, keys)
    (HERE / f"{name}.svg").write_text(drawn(lines, columns, rows))
    print(f"{name}.svg")

frames = filmed(*MOVIE)
columns, rows, scenes = MOVIE
(HERE / "demo.svg").write_text(moving(frames, columns, rows, 3 * len(scenes)))
print("demo.svg")
