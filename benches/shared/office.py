"""A throw-away PostgreSQL server, the simulator, and machines with homes of their own on one shared
store. Each machine reaches the simulator through a port of its own, where its requests are noted."""

import asyncio, json, os, pathlib, shutil, subprocess, sys, tempfile, threading, time

NOT_ROOT = 65534  # PostgreSQL refuses to run as root


class Office:
    def __init__(self, program, *simulated):
        self.program = str(pathlib.Path(program).resolve())
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bw-shared-"))
        os.chmod(self.folder, 0o755)
        self.running, self.requests = [], []
        self._serve()
        home = self._home("simulator")
        key = self.folder / "key.pem"
        self.simulator = subprocess.Popen(
            [self.program, "simulate", *simulated, "--write-key", key],
            env=self._env(home), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ready = json.loads(self.simulator.stdout.readline())
        self.sessions, self.key, self.sdk_id = ready["sessions"], key, ready["sdk_id"]
        self.base_url = ready["base_url"]
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.dba = self.machine("dba", "desk", user=True)
        self.dba.run("store", "init")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in [*self.running, self.simulator]:
            process.kill()
        self._pg("pg_ctl", "stop", "-s", "-m", "immediate", "-D", self.folder / "pg/data")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _pg(self, name, *arguments):
        found = shutil.which(name)
        bins = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        program = found or str(bins[0] / name)
        other = {"user": NOT_ROOT, "group": NOT_ROOT, "extra_groups": []} if os.geteuid() == 0 else {}
        subprocess.run([program, *map(str, arguments)], check=True, cwd="/",
                       stdout=subprocess.DEVNULL, **other)

    def _serve(self):
        pg = self.folder / "pg"
        pg.mkdir()
        if os.geteuid() == 0:
            os.chown(pg, NOT_ROOT, NOT_ROOT)
        self._pg("initdb", "-U", "dba", "-A", "trust", "-D", pg / "data")
        self._pg("pg_ctl", "-s", "-w", "-D", pg / "data", "-l", pg / "log", "-o",
                 f"-k {pg} -c listen_addresses='' -c max_connections=200", "start")

    def _home(self, name):
        home = self.folder / name
        (home / ".config/branchwatch").mkdir(parents=True)
        return home

    def _env(self, home):
        return {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}

    def machine(self, name, role, user=False, may_poll=False):
        if not user:
            subprocess.run([shutil.which("psql"), "-q", "-h", self.folder / "pg", "-U", "dba",
                            "postgres", "-c", f"CREATE ROLE {name} LOGIN"], check=True)
            for right in ["desk", "poller"] if may_poll or role == "poller" else ["desk"]:
                self.dba.run("store", "grant", name, right)
        return Machine(self, name, role)

    def all_answered(self, machine):
        until(lambda: machine.answered() == len(self.sessions))


class Machine:
    def __init__(self, office, name, role):
        self.office, self.name, self.process = office, name, None
        self.home = office._home(name)
        port = asyncio.run_coroutine_threadsafe(self._listen(), office.loop).result()
        upstream = office.base_url.split("/")[2]
        url = office.base_url.replace(upstream, f"127.0.0.1:{port}")
        where = str(office.folder / "pg").replace("/", "%2F")
        (self.home / ".config/branchwatch/config.toml").write_text(
            f'privacy = "off"\n[profiles.acme]\nbase_url = "{url}"\n'
            f'shared_store = "postgres://{name}@{where}/postgres?schema=acme"\n'
            f'shared_role = "{role}"\n')
        self.env = {**office._env(self.home), "YOTI_IDV_API_URL": url,
                    "YOTI_CLIENT_SDK_ID": office.sdk_id, "YOTI_KEY_FILE_PATH": str(office.key)}

    async def _listen(self):
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        return server.sockets[0].getsockname()[1]

    async def _relay(self, reader, writer):
        host, port = self.office.base_url.split("/")[2].split(":")
        back, forth = await asyncio.open_connection(host, int(port))

        async def pump(source, target, noted):
            try:
                while data := await source.read(65536):
                    # A request has no body, and comes in one piece.
                    if noted:
                        for head in data.split(b"\r\n\r\n")[:-1]:
                            path = head.split(b" ", 2)[1].decode()
                            self.office.requests.append((time.monotonic(), self.name, path))
                    target.write(data)
                    await target.drain()
            except ConnectionError:
                pass
            target.close()
        await asyncio.gather(pump(reader, forth, True), pump(back, writer, False))

    def run(self, *arguments):
        return subprocess.run([self.office.program, *arguments], env=self.env, check=True, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout

    def watches(self, *arguments, lines=None):
        self.process = subprocess.Popen(
            [self.office.program, "watch", "--jsonl", *arguments], env=self.env,
            stdout=subprocess.PIPE if lines is not None else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, text=True)
        self.office.running.append(self.process)
        if lines is not None:
            def read():
                for line in self.process.stdout:
                    lines.append((time.monotonic(), json.loads(line)))
            threading.Thread(target=read, daemon=True).start()

    def listed(self):
        return json.loads(self.run("list", "--json"))

    def tags(self, session):
        listed = json.loads(self.run("list", "--json", "--privacy", "off"))
        return next(set(one["tags"]) for one in listed if one["session_id"] == session)

    def answered(self):
        return sum(session.get("state") is not None for session in self.listed())


def until(holds, seconds=120, why=lambda: "it takes too long"):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            sys.exit(why())
        time.sleep(0.1)


def session_of(path):
    """The session's ID in the path of a request."""
    return path.split("/sessions/")[1].split("/")[0].split("?")[0] if "/sessions/" in path else None


def most_in_a_second(times):
    times, most, first = sorted(times), 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def part(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]
