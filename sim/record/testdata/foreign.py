"""Both ends of a foreign session: foreign.py connector | foreign.py gateway URL."""

import asyncio
import sys

import websockets

MESSAGES = [
    '{"type":"hello"}\n',
    "",
    "grüße 🦊\n",
    bytes(range(256)),
    b"",
    "x" * 65_535,
    "y" * 65_536,
    b"z" * (1 << 20),
    ["one ", "mess", "age\n"],  # a list is sent in fragments
    [b"\x00", b"", b"\xff" * 70_000],
]


def whole(message):
    return type(message[0])().join(message) if isinstance(message, list) else message


async def connector():
    ended = asyncio.get_running_loop().create_future()

    async def serve(ws, *_):  # older versions give the path as well
        for message in MESSAGES:
            got = await ws.recv()
            assert got == whole(message), (got[:80], message[:80])
            await ws.send(message)
            await (await ws.ping(b"still there"))
        try:
            await ws.recv()
        except websockets.ConnectionClosed as closed:
            ended.set_result(f"{closed.rcvd.code} {closed.rcvd.reason}")

    async with websockets.serve(serve, "127.0.0.1", 0, max_size=None, subprotocols=["relay.b"]) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        print(await asyncio.wait_for(ended, 30), flush=True)


async def gateway(url):
    async with websockets.connect(url, max_size=None, subprotocols=["relay.a", "relay.b"]) as ws:
        assert ws.subprotocol == "relay.b", ws.subprotocol
        for message in MESSAGES:
            await ws.send(message)
            got = await asyncio.wait_for(ws.recv(), 30)
            assert got == whole(message), (got[:80], message[:80])
            await (await ws.ping())
        await ws.close(4000, "that was all")


asyncio.run(connector() if sys.argv[1] == "connector" else gateway(sys.argv[2]))
