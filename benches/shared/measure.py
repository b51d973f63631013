#!/usr/bin/env python3
"""What several machines on one shared store ask, and how soon they know what one of them learned.

Usage: measure.py PROGRAM requests|takeover|observed|edited [N]
Needs PostgreSQL 14 or newer (initdb, pg_ctl, psql). N: seconds, kills of each kind, seconds, edits.
"""
import concurrent.futures, signal, statistics, sys, time

from office import Office, most_in_a_second, part, session_of, until


def requests(program, seconds=60):
    """Requests of 3 pollers and 2 desks, and of one desk alone, for the same list."""
    def measured(pollers, desks):
        with Office(program, "--sessions", "60", "--scenario", "S03", "--speed", "60") as office:
            machines = [office.machine(f"p{n}", "poller") for n in range(pollers)]
            machines += [office.machine(f"d{n}", "desk", may_poll=not pollers) for n in range(desks)]
            machines[0].run("add", "--quiet", *office.sessions)
            for machine in machines:
                machine.watches("--interval", "20s", "--max-rps", "10")
            office.all_answered(machines[-1])
            time.sleep(25)
            begun = time.monotonic()
            time.sleep(seconds)
            noted = list(office.requests)
            counted = sum(at >= begun for at, *_ in noted)
            return counted, most_in_a_second([at for at, *_ in noted])
    several, most = measured(3, 2)
    one, most_of_one = measured(0, 1)
    print(f"requests in {seconds} s: 3 pollers and 2 desks {several}, one desk {one}, "
          f"ratio {several / one:.3f}; most in any second {most}, of one desk {most_of_one}, "
          f"max_rps 10")


def takeover(program, kills=10):
    """From the end of one of two pollers until all that it asked for are asked for again."""
    flags = "--interval", "1s", "--max-rps", "100"
    with Office(program, "--sessions", "48", "--scenario", "S03", "--speed", "60") as office:
        one, two = office.machine("p1", "poller"), office.machine("p2", "poller")
        one.run("add", "--quiet", *office.sessions)
        one.watches(*flags), two.watches(*flags)
        def asked_by(machine, since):
            return {session_of(path) for at, whose, path in list(office.requests)
                    if whose == machine.name and at >= since}
        def shared_out():
            since = time.monotonic() - 4
            ours, theirs = asked_by(one, since), asked_by(two, since)
            return len(ours) > 9 and len(theirs) > 9 and len(ours | theirs) == len(office.sessions)
        for kind in [signal.SIGKILL, signal.SIGSTOP]:
            took, twice = [], 0
            for _ in range(kills):
                until(shared_out)
                time.sleep(2)
                theirs = asked_by(one, time.monotonic() - 4)
                one.process.send_signal(kind)
                ended = time.monotonic()
                until(lambda: theirs <= asked_by(two, ended))
                firsts = {}
                for at, whose, path in list(office.requests):
                    if at >= ended and whose == "p2" and session_of(path) in theirs:
                        firsts.setdefault(session_of(path), at)
                took.append(max(firsts.values()) - ended)
                if kind == signal.SIGKILL:
                    one.process.wait()
                    one.watches(*flags)
                else:
                    back = time.monotonic()
                    one.process.send_signal(signal.SIGCONT)
                    time.sleep(1)
                    # What was asked for before it knew that its leases have ended.
                    twice += sum(at >= back and whose == "p1" for at, whose, _ in list(office.requests))
            print(f"{kind.name}, {kills} times: all asked for again after "
                  f"{statistics.median(took):.1f} s (most {max(took):.1f} s)"
                  + (f"; requests in the second after it went on: {twice}"
                     if kind == signal.SIGSTOP else ""))


def observed(program, seconds=60):
    """From the line of an event on the machine that asks until the same line on another one."""
    with Office(program, "--sessions", "120", "--scenario", "S01", "--speed", "300") as office:
        one, two = office.machine("p1", "poller"), office.machine("d1", "desk")
        one.run("add", "--quiet", *office.sessions)
        here, there = [], []
        two.watches(lines=there)
        one.watches("--interval", "2s", "--max-rps", "100", lines=here)
        time.sleep(seconds)
        # What is told last on one of them may not have come to the other.
        ended = time.monotonic() - 5
        def first(lines):
            firsts = {}
            for at, event in list(lines):
                if event.get("session_id") and event["event"] != "added":
                    key = event["session_id"], event["event"], event.get("words")
                    firsts.setdefault(key, at)
            return firsts
        shown, known = first(there), first(here)
        took = [shown[key] - at for key, at in known.items() if key in shown]
        late = sum(key not in shown for key, at in known.items() if at < ended)
        print(f"{len(took)} events: shown on the other machine after p50 "
              f"{part(took, 0.5) * 1000:.0f} ms, p99 {part(took, 0.99) * 1000:.0f} ms, "
              f"most {max(took) * 1000:.0f} ms; never: {late}")


def edited(program, edits=30):
    """8 machines put tags on one session at once; each machine must have all of them."""
    with Office(program, "--sessions", "1", "--scenario", "S03", "--speed", "60") as office:
        machines = [office.machine("p0", "poller")]
        machines += [office.machine(f"d{n}", "desk") for n in range(1, 8)]
        session = office.sessions[0]
        for machine in machines:
            machine.watches("--max-rps", "5")
        machines[0].run("add", session)
        until(lambda: all(machine.listed() for machine in machines))
        def edits_of(machine):
            for number in range(edits):
                machine.run("add", session, "--tag", f"{machine.name}-{number}")
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(edits_of, machines))
        typed = time.monotonic() - begun
        wanted = {f"{machine.name}-{number}" for machine in machines for number in range(edits)}
        def lost():
            return {machine.name: len(wanted - machine.tags(session)) for machine in machines}
        until(lambda: not any(lost().values()), 300, lambda: f"lost: {lost()}")
        print(f"{len(wanted)} edits by 8 machines in {typed:.0f} s: lost {sum(lost().values())}; "
              f"all on all machines {time.monotonic() - begun - typed:.1f} s after the last")


if __name__ == "__main__":
    program, what, *rest = sys.argv[1:]
    {"requests": requests, "takeover": takeover, "observed": observed, "edited": edited}[what](
        program, *map(int, rest))
