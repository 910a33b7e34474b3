"""A wire between nodes that somebody has tapped: it can repeat, bend and hold back what goes over it."""

import select
import socket
import threading


class Wire:
    """Listens, and passes on what comes, both ways; the first bytes of each connection are kept."""

    def __init__(self, port, target):
        self.target = target
        self.recorded = []
        self.bends, self.holds = [], threading.Event()
        self.listener = socket.create_server(("127.0.0.1", port))
        self.ending = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.listener.close()

    def bend(self, change):
        """Changes the next bytes that go over it."""
        self.bends.append(change)

    def _accept(self):
        while not self.ending.is_set():
            try:
                dialler, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(dialler,), daemon=True).start()

    def _pass(self, dialler):
        try:
            acceptor = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            dialler.close()
            return
        record = bytearray()
        self.recorded.append(record)
        with dialler, acceptor:
            try:
                while not self.ending.is_set():
                    ready, _, _ = select.select([dialler, acceptor], [], [], 0.1)
                    if self.holds.is_set():
                        self.ending.wait(0.05)
                        continue
                    for side in ready:
                        data = side.recv(1 << 16)
                        if not data:
                            return
                        if side is dialler and len(record) < 4096:
                            record += data
                        if self.bends and len(record) >= 1024:
                            data = self.bends.pop()(data)
                        (acceptor if side is dialler else dialler).sendall(data)
            except OSError:
                return
