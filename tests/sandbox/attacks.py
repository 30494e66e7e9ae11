"""Attacks as model code would run them. Each is handed `t`, what it is after, and prints whatever it gets."""

PREAMBLE = """
import ctypes, errno, fcntl, json, os, socket, subprocess, sys, time
t = json.load(sys.stdin)
libc = ctypes.CDLL(None, use_errno=True)
print("tried", flush=True)
def go(attack):
    try:
        return attack()
    except (OSError, subprocess.SubprocessError) as error:
        print(type(error).__name__, errno.errorcode.get(getattr(error, "errno", None), ""), flush=True)
def read(path):
    print(open(path, "rb").read().replace(b"\\0", b" ").decode(errors="replace"), flush=True)
def write(path):
    open(path, "a").write("changed")
"""

ATTACKS = {
    "secret read": "go(lambda: read(t['secret']))",
    "home list": "go(lambda: print(os.listdir(t['outside'])))",
    "outside write": """
go(lambda: write(t['outside'] + '/made'))
go(lambda: write(t['victim']))
go(lambda: os.truncate(t['victim'], 0))
go(lambda: os.mkdir(t['outside'] + '/folder'))
go(lambda: os.unlink(t['victim']))
""",
    "symlink read": """
go(lambda: os.symlink(t['secret'], 'link'))
go(lambda: read('link'))
go(lambda: read('planted'))
""",
    "symlinked folder write": """
go(lambda: os.symlink(t['outside'], 'folder'))
go(lambda: write('folder/made'))
""",
    "parent path": """
go(lambda: read(os.path.relpath(t['secret'])))
go(lambda: write(os.path.relpath(t['outside']) + '/made'))
""",
    "hard link": """
go(lambda: os.link(t['secret'], 'hard'))
go(lambda: read('hard'))
""",
    "rename out": """
write('mine')
go(lambda: os.rename('mine', t['outside'] + '/made'))
go(lambda: os.rename(t['victim'], 'taken'))
""",
    "proc root": """
for pid in [t['pid'], *filter(str.isdigit, go(lambda: os.listdir('/proc')) or [])]:
    go(lambda: read(f"/proc/{pid}/root{t['secret']}"))
    go(lambda: write(f"/proc/{pid}/root{t['victim']}"))
""",
    "tcp": "go(lambda: socket.create_connection(('127.0.0.1', t['tcp']), 1).send(b'x'))",
    "udp": "go(lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', t['udp'])))",
    "dns": """
query = bytes.fromhex('123401000001000000000000076578616d706c6503636f6d0000010001')
go(lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(query, ('127.0.0.1', t['udp'])))
go(lambda: print('GOT', socket.create_connection(('127.0.0.1', t['tcp']), 1)))
""",
    "listen": """
def serve():
    server = socket.create_server(('0.0.0.0', t['port']))
    server.settimeout(1)
    server.accept()
    print('GOT a client')
go(serve)
""",
    "abstract socket": "go(lambda: socket.socket(socket.AF_UNIX).connect('\\0' + t['abstract']))",
    "path socket": "go(lambda: socket.socket(socket.AF_UNIX).connect(t['path']))",
    "env secret": "print(dict(os.environ))",
    "parent environ": """
for pid in [t['pid'], os.getppid(), *filter(str.isdigit, go(lambda: os.listdir('/proc')) or [])]:
    go(lambda: read(f'/proc/{pid}/environ'))
    go(lambda: read(f'/proc/{pid}/cmdline'))
""",
    "signal": "go(lambda: os.kill(t['pid'], 9))",
    "ptrace": """
if libc.ptrace(0x4206, t['pid'], None, None) == 0:
    print('GOT it traced')
go(lambda: os.close(os.open(f"/proc/{t['pid']}/mem", os.O_RDWR)) or print('GOT its memory'))
""",
    "descriptor leak": """
for fd in range(3, 1024):
    try:
        print(os.pread(fd, 100, 0))
    except OSError:
        pass
""",
    "user namespace": """
if libc.unshare(0x10000000) == 0:
    print('GOT a namespace')
go(lambda: print(subprocess.run(['unshare', '-U', 'echo', 'GOT', 'one'], capture_output=True, text=True).stdout))
""",
    "tiocsti": """
for fd in (0, 1, 2):
    go(lambda: fcntl.ioctl(fd, 0x5412, b'x') or print('GOT a key in'))
for path in ['/dev/tty', *(f'/dev/pts/{name}' for name in go(lambda: os.listdir('/dev/pts')) or [])]:
    go(lambda: fcntl.ioctl(os.open(path, os.O_RDWR | os.O_NOCTTY), 0x5412, b'x') or print('GOT a key in'))
""",
    "git hook": """
go(lambda: write('.git/hooks/pre-commit'))
go(lambda: write('.git/config'))
go(lambda: write('.bashrc'))
go(lambda: write('.venv/bin/python'))
go(lambda: write('state/session.db'))
go(lambda: os.chmod('.git/hooks', 0o777))
""",
    "protected swap": """
go(lambda: os.rename('.git', 'old'))
go(lambda: os.symlink('.', '.git'))
go(lambda: os.unlink('state/session.db'))
go(lambda: os.rename('state', 'elsewhere'))
go(lambda: os.unlink('.bashrc'))
go(lambda: os.symlink(t['secret'], '.bashrc'))
""",
    "mode change": "go(lambda: os.chmod(t['victim'], 0o666))",
    "file metadata": "go(lambda: os.stat(t['secret']).st_size and print('GOT its size'))",
    "daemon": """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 3)
        time.sleep(600)
    os._exit(0)
os.wait()
""",
}
"""By the names that sandboxes use in their status. Those against limits are tests of their own."""
