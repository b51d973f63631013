#!/usr/bin/env python3
"""Figure c1: start to first frame, beside htop: 1,000 stored sessions that have answered, and `demo`.

Usage: first_frame.py PROGRAM [SESSIONS]
       first_frame.py PROGRAM demo: the median of `demo` alone, in milliseconds, for the release notes
"""
import os, statistics, sys, tempfile

from peers import ROUNDS, Home, Terminal, needs, ratio, say

program = sys.argv[1]


def demo_alone():
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal([program, "demo"], {"HOME": home, "TERM": "xterm-256color", "PATH": os.environ["PATH"]})
        took = terminal.until(b"demo-")
        terminal.end()
        return took


if sys.argv[2:] == ["demo"]:
    print(f"{statistics.median(demo_alone() for _ in range(ROUNDS * 3)):.1f}")
    sys.exit()
home = Home(program, int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
needs("htop")
ours, demo, htop = [], [], []
for _ in range(ROUNDS * 3):
    for times, argv, marker in [
        (ours, [home.program, "--offline"], b"dbs-"),
        (demo, [home.program, "demo"], b"demo-"),
        (htop, ["htop"], b"F10"),
    ]:
        terminal = Terminal(argv, home.env)
        times.append(terminal.until(marker))
        terminal.end()
home.remove()
say("stored sessions", ours, "ms")
say("demo", demo, "ms")
say("htop", htop, "ms")
ratio("stored sessions ÷ htop", ours, htop, 0.15)
ratio("demo ÷ htop", demo, htop, 0.25)
