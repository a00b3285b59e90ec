#!/usr/bin/env python3
"""Clients that a public server meets: slow, rude, greedy and many. Usage: hostile.py ECHO_SERVER

Each check runs against a server of its own, with limits short enough for a test. Prints a line for each check ("ok" or "not ok") and
ends with 1 if one failed.
"""
import asyncio
import contextlib
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import time

HOST = "127.0.0.1"
PATIENCE = 15


class Server:
    """A running echo_server; limits are given by name."""

    def __init__(self, program, **limits):
        self.command = [program] + [f"{name}={value}" for name, value in limits.items()]

    async def __aenter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        line = await asyncio.get_running_loop().run_in_executor(None, self.process.stdout.readline)
        self.port = int(line)
        return self

    async def __aexit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = await self.exit_code()
        assert code == 0, f"the server ended with {code}"

    async def exit_code(self):
        try:
            return await asyncio.get_running_loop().run_in_executor(None, self.process.wait, PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "no end"
        finally:
            self.process.stdout.close()

    def memory_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))

    async def connect(self, receive_buffer=None):
        s = socket.socket()
        if receive_buffer:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        s.setblocking(False)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(s, (HOST, self.port))
        return await asyncio.open_connection(sock=s, limit=2**16)

    async def stats(self):
        reader, writer = await self.connect()
        answer = await ask(reader, writer, "GET", "/stats")
        writer.close()
        return {line.split()[0]: int(line.split()[1]) for line in answer.body.decode().splitlines()}

    async def stats_become(self, **wanted):
        """Waits until the figures are these."""
        for _ in range(PATIENCE * 20):
            stats = await self.stats()
            if all(stats[name] == value for name, value in wanted.items()):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{stats} instead of {wanted}")


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def closes(self):
        return self.headers.get("connection") == "close"


def request(method, path, body=b"", headers=()):
    lines = [f"{method} {path} HTTP/1.1", "Host: test", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def read_answer(reader, head_only=False):
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)).decode("latin-1").split("\r\n")
    headers = dict((name.lower(), value.strip()) for name, value in (line.split(":", 1) for line in head[1:] if line))
    length = 0 if head_only else int(headers.get("content-length", 0))
    body = await asyncio.wait_for(reader.readexactly(length), PATIENCE)
    return Answer(int(head[0].split()[1]), headers, body)


async def ask(reader, writer, method, path, body=b"", headers=()):
    writer.write(request(method, path, body, headers))
    return await read_answer(reader, method == "HEAD")


async def seconds_to_end(reader):
    """Reads until the other end closes; also what came."""
    start, data = time.monotonic(), b""
    with contextlib.suppress(ConnectionError):
        data = await asyncio.wait_for(reader.read(), PATIENCE)
    return time.monotonic() - start, data


async def drip(writer, data, pause):
    with contextlib.suppress(ConnectionError):
        for byte in data:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(pause)


# ---- checks ----

async def slow_head(program):
    async with Server(program, head_timeout_ms=1000) as server:
        async def attack():
            reader, writer = await server.connect()
            dripping = asyncio.create_task(drip(writer, request("GET", "/echo", headers=["X: " + "x" * 1000]), 0.1))
            took, data = await seconds_to_end(reader)
            dripping.cancel()
            assert data.startswith(b"HTTP/1.1 408 "), data
            assert took < 4, took
        honest = await server.connect()
        attacks = [asyncio.create_task(attack()) for _ in range(100)]
        while not all(a.done() for a in attacks):
            assert (await ask(*honest, "POST", "/echo", b"honest")).body == b"honest"
            await asyncio.sleep(0.05)
        await asyncio.gather(*attacks)


async def slow_body(program):
    async with Server(program, body_timeout_ms=1000) as server:
        reader, writer = await server.connect()
        writer.write(b"POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\n")
        dripping = asyncio.create_task(drip(writer, b"x" * 999, 0.1))
        took, data = await seconds_to_end(reader)
        dripping.cancel()
        assert data.startswith(b"HTTP/1.1 408 ") and took < 4, (data, took)


async def body_below_rate(program):
    async with Server(program, body_timeout_ms=60000, body_rate_min=1000) as server:
        async def send(path, rate):
            reader, writer = await server.connect()
            writer.write(f"POST {path} HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n".encode())

            async def chunks():
                with contextlib.suppress(ConnectionError):
                    for _ in range(90):
                        writer.write(b"%x\r\n" % (rate // 10) + b"x" * (rate // 10) + b"\r\n")
                        await writer.drain()
                        await asyncio.sleep(0.1)
                    writer.write(b"0\r\n\r\n")
            sending = asyncio.create_task(chunks())
            try:
                return await read_answer(reader)
            finally:
                sending.cancel()
        slow, steady = await asyncio.gather(send("/echo?slow", 100), send("/echo?steady", 2000))
        assert slow.status == 408 and slow.closes, slow.status
        assert steady.status == 200 and len(steady.body) == 90 * 200, steady.status


async def slow_reader(program):
    async with Server(program, write_timeout_ms=1000) as server:
        slow = [(await server.connect(receive_buffer=4096))[1] for _ in range(20)]
        for writer in slow:
            writer.transport.pause_reading()
            writer.write(request("GET", "/big"))
        await server.stats_become(connections_open=1, timeouts=20)


async def patient_reader(program):
    async with Server(program, write_timeout_ms=1000) as server:
        reader, writer = await server.connect(receive_buffer=65536)
        writer.write(request("GET", "/big"))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
        start = time.monotonic()
        while length:
            length -= len(await asyncio.wait_for(reader.readexactly(min(length, 64 * 1024)), PATIENCE))
            await asyncio.sleep(0.03)
        assert time.monotonic() - start > 3
        assert (await ask(reader, writer, "POST", "/echo", b"again")).body == b"again"


async def pipelined(program):
    async with Server(program) as server:
        reader, writer = await server.connect()
        sent = [(["/async", "/echo"][i % 2], b"%d" % i) for i in range(1000)]
        writer.write(b"".join(request("POST", path, body) for path, body in sent))
        for _, body in sent:
            answer = await read_answer(reader)
            assert answer.status == 200 and answer.body == body, (answer.body, body)


async def pipelined_unread(program):
    """Whoever asks and does not read holds up nobody's memory but a bounded piece."""
    async with Server(program, write_timeout_ms=1000) as server:
        before = server.memory_kib()
        _, writer = await server.connect(receive_buffer=4096)
        writer.transport.pause_reading()
        body = b"x" * 100000
        with contextlib.suppress(ConnectionError, asyncio.TimeoutError):
            for _ in range(500):
                writer.write(request("POST", "/echo", body))
                await asyncio.wait_for(writer.drain(), 1)
        await server.stats_become(connections_open=1)
        assert server.memory_kib() - before < 16 * 1024, server.memory_kib() - before


async def half_close(program):
    async with Server(program) as server:
        reader, writer = await server.connect()
        writer.write(request("POST", "/late", b"one") + request("POST", "/echo", b"two"))
        writer.write_eof()
        assert (await read_answer(reader)).body == b"one"
        assert (await read_answer(reader)).body == b"two"
        assert await reader.read() == b""


async def reset_under_way(program):
    async with Server(program) as server:
        for _ in range(200):
            _, writer = await server.connect()
            writer.write(request("POST", "/late", b"x" * 1000))
            await writer.drain()
            s = writer.transport.get_extra_info("socket")
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        await server.stats_become(connections_open=1)
        assert (await server.stats())["requests"] >= 200


async def huge_bodies(program):
    async with Server(program) as server:
        reader, writer = await server.connect()
        writer.write(b"POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 10737418240\r\n\r\n")
        assert (await read_answer(reader)).status == 413
        assert await reader.read() == b""

        before = server.memory_kib()
        reader, writer = await server.connect()
        writer.write(b"POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n")

        async def flood():
            with contextlib.suppress(ConnectionError):
                while True:
                    writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                    await writer.drain()
        flooding = asyncio.create_task(flood())
        assert (await read_answer(reader)).status == 413
        flooding.cancel()
        assert server.memory_kib() - before < 8 * 1024


async def event_streams(program):
    async with Server(program) as server:
        streams = [await server.connect() for _ in range(500)]
        for _, writer in streams:
            writer.write(request("GET", "/stream"))
        for reader, _ in streams:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
            assert b"Content-Type: text/event-stream" in head and b"Cache-Control: no-store" in head
        for _ in range(3):
            for reader, _ in streams:
                event = await asyncio.wait_for(reader.readuntil(b"\n\n"), PATIENCE)
                assert event == b'event: tick\ndata: {"n":1}\n\n', event
        assert (await server.stats())["streams_open"] == 500
        for _, writer in streams[:250]:
            writer.close()
        await server.stats_become(streams_open=250)
        server.process.send_signal(signal.SIGTERM)
        for reader, _ in streams[250:]:
            await seconds_to_end(reader)


async def drain_under_load(program):
    async with Server(program, loops=2) as server:
        answered, stopping = 0, False

        async def client(path):
            """Asks until it is told to stop: each request that was sent must be answered."""
            nonlocal answered
            while True:
                try:
                    reader, writer = await server.connect()
                except ConnectionError:
                    assert stopping
                    return
                closes = False
                while not closes:
                    answer = await ask(reader, writer, "POST", path, b"x" * 500)
                    assert answer.status == 200 and len(answer.body) == 500
                    answered += 1
                    closes = answer.closes
                writer.close()
                if stopping:
                    return
        clients = [asyncio.create_task(client(path)) for path in ["/async", "/echo", "/late"] * 20]
        await asyncio.sleep(1)
        stopping = True
        server.process.send_signal(signal.SIGTERM)
        results = await asyncio.wait_for(asyncio.gather(*clients, return_exceptions=True), PATIENCE)
        failed = [repr(r) for r in results if r]
        assert not failed and answered > 500, (answered, failed[:3])


async def connection_limit(program):
    async with Server(program, connections=20) as server:
        kept = [await server.connect() for _ in range(20)]
        for connection in kept:
            assert (await ask(*connection, "GET", "/echo")).status == 200
        for _ in range(10):
            reader, _ = await server.connect()
            answer = await read_answer(reader)
            assert answer.status == 503 and answer.closes and "retry-after" in answer.headers
        for _, writer in kept[:10]:
            writer.close()
        await asyncio.sleep(0.2)
        for connection in [await server.connect() for _ in range(5)]:
            assert (await ask(*connection, "GET", "/echo")).status == 200


async def no_descriptors(program):
    """With no descriptor left the server waits without spinning, and goes on when there are some."""
    async with Server(program, idle_timeout_ms=60000) as server:
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (64, 64))
        kept = [await server.connect() for _ in range(100)]
        await asyncio.sleep(0.3)
        before = cpu_seconds(server.process.pid)
        await asyncio.sleep(1)
        assert cpu_seconds(server.process.pid) - before < 0.3
        for _, writer in kept[:80]:
            writer.close()
        reader, writer = await server.connect()
        assert (await ask(reader, writer, "GET", "/echo")).status == 200


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def head_and_expect(program):
    async with Server(program) as server:
        reader, writer = await server.connect()
        answer = await ask(reader, writer, "HEAD", "/fixed")
        assert answer.status == 200 and answer.headers["content-length"] == "124"
        writer.write(b"POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        assert (await read_answer(reader)).status == 100
        writer.write(b"hello")
        assert (await read_answer(reader)).body == b"hello"


async def idle_connection(program):
    async with Server(program, idle_timeout_ms=1000) as server:
        used, unused = await server.connect(), await server.connect()
        assert (await ask(*used, "GET", "/echo")).status == 200
        for reader, _ in (used, unused):
            took, data = await seconds_to_end(reader)
            assert data == b"" and took < 4, (data, took)


async def many_slow(program):
    """2,000 connections that each send a byte of their head now and then, and one honest client beside them."""
    async with Server(program, head_timeout_ms=60000) as server:
        async def honest(count):
            reader, writer = await server.connect()
            times = []
            for _ in range(count):
                start = time.monotonic()
                assert (await ask(reader, writer, "POST", "/async", b"x" * 262)).status == 200
                times.append(time.monotonic() - start)
            writer.close()
            return sorted(times)
        alone = await honest(500)
        before = server.memory_kib()
        slow = [(await server.connect())[1] for _ in range(2000)]
        running = True

        async def attack():
            while running:
                for writer in slow:
                    writer.write(b"G")
                await asyncio.sleep(0.5)
        attacking = asyncio.create_task(attack())
        beside = await honest(1000)
        grown = server.memory_kib() - before
        running = False
        await attacking
        for writer in slow:
            writer.close()
        median = len(beside) // 2
        assert beside[median] < 2 * alone[len(alone) // 2] + 0.002, (alone[len(alone) // 2], beside[median])
        assert grown < 2000 * 4 + 1024, grown
        await server.stats_become(connections_open=1)


CHECKS = [slow_head, slow_body, body_below_rate, slow_reader, patient_reader, pipelined, pipelined_unread, half_close, reset_under_way,
          huge_bodies, event_streams, connection_limit, no_descriptors, head_and_expect, idle_connection]
ALONE = [drain_under_load, many_slow]      # these measure: nothing else may run beside them


async def run(check, program):
    try:
        await asyncio.wait_for(check(program), 60)
        print(f"ok {check.__name__}", flush=True)
        return True
    except Exception as e:
        print(f"not ok {check.__name__}: {e!r}", flush=True)
        return False


async def main(program):
    results = list(await asyncio.gather(*(run(check, program) for check in CHECKS)))
    for check in ALONE:
        results.append(await run(check, program))
    return 0 if all(results) else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    sys.exit(asyncio.run(main(sys.argv[1])))
