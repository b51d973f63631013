#!/usr/bin/env python3
"""Figure d: CPU of an idle screen beside htop at one second: `demo --speed 0`, and 1,000 stored
sessions of which one is polled each second at a simulator in another process.

Usage: idle.py PROGRAM [SECONDS]
"""
import json, os, subprocess, sys

from peers import ROUNDS, Home, Terminal, needs, ratio, say

program = sys.argv[1]
seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
needs("htop")
home = Home(program, 0)
os.remove(home.env["YOTI_KEY_FILE_PATH"])
simulator = subprocess.Popen(
    [home.program, "simulate", "--sessions", "1000", "--scenario", "S03",
     "--write-key", home.env["YOTI_KEY_FILE_PATH"]],
    env=home.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
ready = json.loads(simulator.stdout.readline())
env = {**home.env, "YOTI_IDV_API_URL": ready["base_url"], "YOTI_CLIENT_SDK_ID": ready["sdk_id"]}
ids = "\n".join(ready["sessions"])
for command in [["add", "--quiet", "-"], ["fetch", "--quiet", "--max-rps", "1000", "-"]]:
    subprocess.run([home.program] + command, input=ids, env=env, text=True, check=True, capture_output=True)
watching, demo, htop = [], [], []
for _ in range(ROUNDS):
    for used, argv, marker in [
        (watching, [home.program, "--max-rps", "1"], b"\x1b"),
        (demo, [home.program, "demo", "--speed", "0"], b"demo-"),
        (htop, ["htop", "-d", "10"], b"F10"),
    ]:
        terminal = Terminal(argv, env)
        terminal.until(marker)
        terminal.cpu(8)  # what the start leaves to be done
        used.append(terminal.cpu(seconds) / seconds * 100)
        terminal.end()
simulator.kill()
home.remove()
say("1,000 watched, a poll a second", watching, "% of a core")
say("demo --speed 0", demo, "% of a core")
say("htop -d 10", htop, "% of a core")
ratio("1,000 watched ÷ htop", watching, htop, 1.0)
ratio("demo --speed 0 ÷ htop", demo, htop, 1.0)
