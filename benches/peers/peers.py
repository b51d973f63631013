"""What the measures beside it share: other programs, pseudo-terminals, CPU, a home with a store."""
import fcntl, json, os, pty, select, shutil, signal, statistics, struct, subprocess, sys, tempfile, termios, time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
ROUNDS = 5
TICK = os.sysconf("SC_CLK_TCK")


def needs(program, package=None):
    """Installs a peer that is not here."""
    if not shutil.which(program):
        root = [] if os.geteuid() == 0 else ["sudo"]
        subprocess.run(root + ["apt-get", "install", "-y", "-qq", package or program], check=True)


def bench():
    """The program of `cargo bench`, which fills a store."""
    told = subprocess.run(
        ["cargo", "bench", "--locked", "--bench", "figures", "--no-run", "--message-format=json"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for line in told.splitlines():
        built = json.loads(line)
        if built.get("executable") and built["target"]["name"] == "figures":
            return built["executable"]


class Home:
    """A home of its own, with a key, and a store of so many sessions that have answered."""

    def __init__(self, program, sessions):
        self.program = os.path.abspath(program)
        self.path = tempfile.mkdtemp()
        key = os.path.join(self.path, "key.pem")
        subprocess.run(["openssl", "genrsa", "-traditional", "-out", key, "2048"], check=True, capture_output=True)
        os.chmod(key, 0o600)
        self.env = {
            "HOME": self.path, "PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8",
            "YOTI_CLIENT_SDK_ID": "1c3cae90-1769-43a9-8554-d85f2e7cdb0f", "YOTI_KEY_FILE_PATH": key,
        }
        if sessions:
            folder = os.path.join(self.path, ".local/share/branchwatch")
            os.makedirs(folder, mode=0o700)
            subprocess.run([bench(), "fill", folder, str(sessions), key], check=True)

    def remove(self):
        shutil.rmtree(self.path)


class Terminal:
    """A program in a pseudo-terminal of 160x50."""

    def __init__(self, argv, env):
        self.begun = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], argv, env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))

    def until(self, marker, patience=30):
        """Milliseconds from the start until this text was drawn."""
        seen = b""
        while marker not in seen:
            ready, _, _ = select.select([self.fd], [], [], patience)
            if not ready:
                sys.exit(f"{marker} was not drawn")
            seen += os.read(self.fd, 65536)
        return (time.perf_counter() - self.begun) * 1000

    def cpu(self, seconds):
        """Seconds of CPU that it uses in so many."""
        before = self.used()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            ready, _, _ = select.select([self.fd], [], [], end - time.perf_counter())
            if ready:
                os.read(self.fd, 65536)
        return self.used() - before

    def used(self):
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        try:
            while os.read(self.fd, 65536):
                pass
        except OSError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def say(name, values, unit):
    print(f"{name:<44} median {statistics.median(values):.2f} {unit}, "
          f"{min(values):.2f} – {max(values):.2f}")


def ratio(name, ours, theirs, goal):
    each = [one / max(other, 1e-9) for one, other in zip(ours, theirs)]
    print(f"{name:<44} {statistics.median(each):.2f} ({min(each):.2f} – {max(each):.2f}), goal ≤ {goal}")
