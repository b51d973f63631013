#!/usr/bin/env python3
"""Figure c: start to first frame with N stored sessions, in a pseudo-terminal of 160x50.

Usage: first_frame.py BINARY [N …]. Makes a home of its own; asks nobody (--offline). Prints the
median, minimum and maximum of 15 starts, in milliseconds.
"""
import fcntl, os, pty, select, signal, statistics, struct, subprocess, sys, tempfile, termios, time, uuid

binary = os.path.abspath(sys.argv[1])
for count in [int(n) for n in sys.argv[2:]] or [1000]:
    home = tempfile.mkdtemp()
    env = {"HOME": home, "TERM": "xterm-256color", "LANG": "C.UTF-8", "YOTI_CLIENT_SDK_ID": str(uuid.uuid4())}
    key = os.path.join(home, "key.pem")
    subprocess.run(["openssl", "genrsa", "-traditional", "-out", key, "2048"], check=True, capture_output=True)
    os.chmod(key, 0o600)
    env["YOTI_KEY_FILE_PATH"] = key
    ids = "\n".join(f"{uuid.uuid4()},dbs-{n}" for n in range(count))
    subprocess.run([binary, "add", "-"], input=ids.encode(), env=env, check=True, capture_output=True)
    times = []
    for _ in range(15):
        begun = time.perf_counter()
        pid, fd = pty.fork()
        if pid == 0:
            os.execve(binary, [binary, "--offline"], env)
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
        seen = b""
        while b"dbs-" not in seen:
            ready, _, _ = select.select([fd], [], [], 30)
            if not ready:
                sys.exit("no frame")
            seen += os.read(fd, 65536)
        times.append((time.perf_counter() - begun) * 1000)
        os.kill(pid, signal.SIGTERM)
        while True:
            try:
                if not os.read(fd, 65536):
                    break
            except OSError:
                break
        os.waitpid(pid, 0)
        os.close(fd)
    print(f"{count} sessions: median {statistics.median(times):.1f} ms, min {min(times):.1f}, max {max(times):.1f}")
