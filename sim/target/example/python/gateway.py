#!/usr/bin/env python3
"""A driver (see PROTOCOL.md) and the minimal gateway that it holds, of revision 2026-08. To copy it keep
main and handle, and put your own gateway in the place of Gateway."""
import asyncio, base64, collections, hashlib, hmac, json, sys, time, uuid
import websockets

HEADERS = "additional_headers" if int(websockets.__version__.split(".")[0]) >= 14 else "extra_headers"
HELLO = {
    "type": "hello", "protocol": 1, "name": "minimal", "version": "2", "revision": ["2026-08"], "options": ["typing"],
    "can": ["sync", "reset", "kill", "state", "interrupts", "send", "edit", "typing", "follow_up"],
    "lacks": ("MP CTX MED PRM RX TH SL POL PROV MAN IDLE WAKE SES REV HS-4 HS-5 IN-2 IN-3 IN-5 IN-6 IN-8 IN-9 DI-3 "
              "DI-4 DI-5 SK-4 SK-5 SK-6 SK-7 INT-4 OUT-7 OUT-9 OUT-10 FU-5 TURN-2 TURN-3 TURN-4").split(),
}


def say(**message):
    print(json.dumps(message), flush=True)


class Gateway:
    def __init__(self, start):
        self.start, self.life, self.ws, self.ready, self.wait = start, None, None, False, 1
        self.dial = asyncio.Lock()  # held while a dial is under way
        self.requests = {}  # futures of results, by request id
        self.chats = collections.defaultdict(dict)  # what was last seen of each chat (SC-1)
        self.lanes = collections.defaultdict(asyncio.Lock)  # one turn at a time in each session (TURN-1)
        self.turns = {}  # events, and futures of the replies, by turn

    async def run(self):  # dials for ever (RC-1)
        while True:
            try:
                await self.serve()
            except (OSError, asyncio.TimeoutError, websockets.WebSocketException) as e:
                say(type="log", text=f"connection: {e}")
            self.ready = False
            for result in self.requests.values():  # OUT-5
                result.done() or result.set_result({"success": False, "error": "relay connection lost"})
            say(type="state", state="disconnected")
            await asyncio.sleep(self.wait)
            self.wait = min(self.wait * 2, 30)

    async def serve(self):
        url = self.start["connector"].strip().rstrip("/").removesuffix("/relay").replace("http", "ws", 1) + "/relay"
        headers = {HEADERS: self.auth()} if self.start.get("secret") else {}  # AUTH-1
        async with self.dial:
            self.ws = await websockets.connect(url, max_size=1 << 20, **headers)
            bot = self.start["identities"][0]
            await self.write(type="hello", platform=bot["platform"], botId=bot["bot_id"])
        tail = b""
        async for message in self.ws:
            *lines, tail = (tail + (message.encode() if isinstance(message, str) else message)).split(b"\n")
            for line in filter(bytes.strip, lines):
                try:
                    await self.frame(json.loads(line.decode()))
                except (ValueError, TypeError, AttributeError, KeyError) as e:  # FR-3, FR-6
                    say(type="log", text=f"frame skipped: {e!r}")

    def auth(self):  # AUTH-2
        signed = f'{self.start["gateway_id"]}:{int(time.time()) + 300}'
        sig = hmac.new(self.start["secret"].encode(), signed.encode(), hashlib.sha256).hexdigest()
        return {"Authorization": "Bearer " + base64.urlsafe_b64encode(f"{signed}:{sig}".encode()).decode().rstrip("=")}

    async def frame(self, f):
        kind = f.get("type")
        if kind == "descriptor":
            self.ready, self.wait = True, 1
            say(type="state", state="connected")
        elif kind == "outbound_result" and f["requestId"] in self.requests:  # OUT-6
            self.requests.pop(f["requestId"]).set_result(f["result"] or {"success": False, "error": "empty"})
        elif kind == "interrupt_inbound":  # INT-2
            key = str(f["session_key"])
            say(type="interrupted", session_key=key, chat_id=str(f.get("chat_id")), active=self.lanes[key].locked())
        elif kind in ("inbound", "passthrough_forward"):
            if "bufferId" in f:  # even where it cannot be handled (IDLE-5)
                await self.write(type="inbound_ack", bufferId=f["bufferId"])
            event = f["event"] if kind == "inbound" else self.interaction(f["forward"])
            s = event["source"] = {"platform": "relay", "chat_type": "dm", "chat_id": ""} | (event.get("source") or {})
            self.chats[s["chat_id"]].update((k, v) for k, v in s.items() if v)
            asyncio.create_task(self.turn(event, self.key(s)))

    def interaction(self, forward):  # DI-1, DI-2
        body = json.loads(base64.b64decode(forward["bodyB64"])) if forward["platform"] == "discord" else {}
        user, command = body.get("member", body)["user"], body["type"] == 2
        return {"text": "/" + body["data"]["name"] if command else body["data"]["custom_id"], "source": {
            "platform": "relay", "chat_id": body["channel_id"], "chat_type": "channel" if "guild_id" in body else "dm",
            "user_id": user["id"], "user_name": user.get("username"), "scope_id": body.get("guild_id")},
            "message_type": "command" if command else "text"}

    def key(self, s):  # SK-1 to SK-3
        who, thread, dm = s.get("user_id_alt") or s.get("user_id"), s.get("thread_id"), s["chat_type"] == "dm"
        parts = [s["chat_id"] or who, thread] if dm else [s["chat_id"], thread, None if thread else who]
        return ":".join(["agent:main", s["platform"], s["chat_type"], *filter(None, parts)])

    async def turn(self, event, key):
        async with self.lanes[key]:
            s, turn, reply = event["source"], str(len(self.turns)), asyncio.Future()
            self.turns[turn] = event, reply
            say(type="turn", turn=turn, session_key=key, event=event)
            if self.start["options"].get("typing", True):  # OUT-11
                asyncio.create_task(self.call("typing", {"chat_id": s["chat_id"]}, turn))
            text, metadata = (await reply).strip(), {"thread_id": s.get("thread_id"), "notify": True}
            send = {"chat_id": s["chat_id"], "content": text, "reply_to": event.get("message_id"), "metadata": metadata}
            if text:  # TURN-6
                await self.call("send", send, turn)

    async def call(self, op, args, turn=None):
        if not self.ready:  # OUT-4
            return {"success": False, "error": "relay transport not connected"}
        own, chat = self.turns[turn][0]["source"] if turn else {}, args.get("chat_id")
        seen = own if own.get("chat_id") == chat else self.chats[chat]  # SC-6
        metadata = {k: seen.get(k) for k in ("scope_id", "user_id")} | args.get("metadata", {})  # SC-1, SC-2
        action = ({"reply_to": None} if op == "send" else {}) | args | {"op": op}
        action["metadata"] = {k: v for k, v in metadata.items() if v is not None}
        request = uuid.uuid4().hex
        result = self.requests[request] = asyncio.Future()
        await self.write(type="outbound", requestId=request, action=action)
        await asyncio.wait([result], timeout=30)
        return result.result() if result.done() else {"success": False, "error": "relay outbound timed out"}

    async def write(self, **frame):
        await self.ws.send(json.dumps(frame) + "\n")


async def handle(m, g):
    if m["type"] == "call":
        say(type="result", id=m["id"], result=await g.call(m["call"], m["args"], m.get("turn")))
    elif m["type"] in ("reply", "fail"):  # TURN-5
        g.turns[m["turn"]][1].set_result(m["text"] if m["type"] == "reply" else "Sorry, that failed: " + m["error"])
    elif m["type"] in ("kill", "reset") and g.life:
        g.life.cancel()
        g.ws and g.ws.transport.abort()
    if m["type"] in ("sync", "kill", "reset"):
        async with g.dial:
            for _ in range(20):  # whatever can go on goes on
                await asyncio.sleep(0)
        say(type="synced", id=m["id"])


async def main():
    say(**HELLO)
    gateway = Gateway({})
    while (line := await asyncio.to_thread(sys.stdin.readline)) and (m := json.loads(line))["type"] != "stop":
        if m["type"] == "start":
            gateway = Gateway(m)
            gateway.life = asyncio.create_task(gateway.run())
        asyncio.create_task(handle(m, gateway))  # nothing keeps us from reading
    gateway.ws and gateway.ws.transport.abort()


asyncio.run(main())
