#!/usr/bin/env python3
"""A driver (sim/target/PROTOCOL.md) and the minimal gateway it holds, around the websockets library. Copy it:
keep the second half, Driver, and put your own gateway in the place of the first.
    relaysim simulate --gateway 'python3 gateway.py'"""
import asyncio, base64, hashlib, hmac, json, sys, threading, time
import websockets

FIELDS = {"send": ("chat_id", "content", "reply_to"), "edit": ("chat_id", "message_id", "content"), "typing": ("chat_id",),
          "follow_up": ("session_key", "kind", "content"), "get_chat_info": ("chat_id",)}
TYPES = ("text", "location", "photo", "video", "audio", "voice", "document", "sticker", "command")
PLATFORMS = ("discord", "telegram", "slack", "whatsapp", "whatsapp_cloud", "signal", "matrix", "sms", "email", "mattermost", "relay")
REQUIRED = ("contract_version", "platform", "label", "max_message_length", "supports_draft_streaming", "supports_edit",
            "supports_threads", "markdown_dialect", "len_unit")

OPTIONS = ["typing", "reconnect", "group_sessions_per_user", "thread_sessions_per_user"]
# What it does not claim to keep: scenarios that cover one of these are skipped.
LACKS = ["MP", "CTX", "MED", "PRM", "RX", "TH", "SL", "POL", "PROV", "MAN", "IDLE", "WAKE", "SES", "REV", "HS-5", "DI-4", "OUT-7", "OUT-9", "OUT-10", "SK-5", "SK-6", "SK-7",
         "IN-5", "IN-7", "IN-8", "IN-9", "IN-10", "TURN-3", "TURN-4", "FR-8"]

def obj(x): return x if isinstance(x, dict) else {}
def text(x): return x if isinstance(x, str) else ""

class Gateway:
    def __init__(self, start, report):
        self.report, self.start, self.r8 = report, start, start["revision"] == "2026-08"
        self.scope_key = "scope_id" if self.r8 else "guild_id"
        self.bots = {i["platform"]: i["bot_id"] for i in start["identities"]}
        self.ws = self.ops = None
        self.dialling, self.leaving, self.requests, self.sent, self.work = True, False, {}, 0, 0
        self.chats, self.lanes = {}, {}  # the last source of each chat; the turns of each busy session, the running one first

    async def run(self):  # dials until it is told to leave; the seed's gateway ends with its socket
        wait, met = 1, False
        while not self.leaving:
            code, self.dialling = None, True
            try:
                await self.serve()
            except websockets.ConnectionClosed as e:
                code = e.rcvd.code if e.rcvd else 1006
            except Exception as e:
                self.report(type="log", text=f"dial: {e}")
            met, wait = met or self.ops is not None, 1 if self.ops is not None else wait
            self.ws = self.ops = None
            for future in self.requests.values():
                future.cancelled() or future.set_result({"success": False, "error": "relay connection lost"})
            self.requests, self.dialling = {}, False
            final = self.leaving or not self.r8 or (met and code == 4401) or self.start["options"].get("reconnect") is False
            self.report(type="state", state="disabled" if met and code == 4401 and self.r8 else "disconnected", final=final, reason=str(code or ""))
            if final: return
            await asyncio.sleep(wait)
            wait = min(wait * 2, 30)

    async def serve(self):
        url = self.start["connector"].strip().rstrip("/").replace("http", "ws", 1)
        ws = await websockets.connect(url if url.endswith("/relay") else url + "/relay", max_size=1 << 20, extra_headers=self.auth())
        ids = list(self.bots.items()) if self.r8 else list(self.bots.items())[:1]
        for platform, bot in ids: await ws.send(json.dumps({"type": "hello", "platform": platform, "botId": bot}) + "\n")
        self.ws, self.dialling, tail = ws, False, ""
        while True:
            message = await ws.recv()
            lines = (tail + (message if isinstance(message, str) else message.decode("utf-8", "surrogateescape"))).split("\n")
            tail = lines.pop()
            for line in lines:
                try: line.encode() and self.frame(obj(json.loads(line)))  # FR-2: a line that is no UTF-8 cannot be encoded
                except Exception as e: line.strip() and self.report(type="log", text=f"frame skipped: {e!r}")  # FR-3, FR-6

    def auth(self):
        if not self.start.get("secret"): return {}
        signed = f'{self.start["gateway_id"]}:{int(self.start.get("clock", time.time)()) + 300}'
        sig = hmac.new(self.start["secret"].encode(), signed.encode(), hashlib.sha256).hexdigest()
        return {"Authorization": "Bearer " + base64.urlsafe_b64encode(f"{signed}:{sig}".encode()).decode().rstrip("=")}

    def frame(self, f):
        kind = f.get("type")
        if kind == "descriptor" and self.ops is None:
            d = obj(f.get("descriptor"))
            missing = [name for name in REQUIRED if name not in d]
            if missing: return asyncio.ensure_future(self.ws.close(1002, f"descriptor: {missing[0]} missing"))  # HS-4
            ops = d.get("supported_ops")
            self.ops = ops if self.r8 and isinstance(ops, list) and ops else ["send", "edit", "typing", "follow_up"] + ([] if self.r8 else ["get_chat_info"])
            self.report(type="state", state="connected")
        elif kind == "outbound_result":
            future = self.requests.pop(f.get("requestId"), None)
            if future: future.set_result(obj(f.get("result")) or {"success": False, "error": "relay result is not an object"})
        elif kind == "interrupt_inbound":
            lane = self.lanes.get(f.get("session_key"))
            if lane: lane[0]["interrupted"] = True
            self.report(type="interrupted", session_key=text(f.get("session_key")), chat_id=text(f.get("chat_id")), active=bool(lane))
        elif kind in ("inbound", "passthrough_forward"):
            try: self.inbound(dict(f["event"]) if kind == "inbound" else self.interaction(dict(f["forward"])))
            finally:
                if self.r8 and f.get("bufferId"): asyncio.ensure_future(self.write({"type": "inbound_ack", "bufferId": f["bufferId"]}))

    def interaction(self, forward):  # DI-1 to DI-5
        body = json.loads(base64.b64decode(forward["bodyB64"]))
        if forward.get("platform") != "discord" or body["type"] == 1: raise ValueError("not for an agent")
        if not isinstance(body.get("data", {}), dict): raise ValueError("data is no object")
        data, user = obj(body.get("data")), obj(obj(body.get("member")).get("user")) or obj(body.get("user"))
        def options(list): return [w for o in list or [] for w in ([o["name"]] + options(o.get("options")) if o["type"] in (1, 2) else [o["value"].strip() if isinstance(o.get("value"), str) else json.dumps(o.get("value", ""))])]
        said = {2: data.get("name", ""), 3: data.get("custom_id", "")}.get(body["type"], "")
        if body["type"] == 2 and self.r8: said = " ".join(["/" + said] + [w for w in options(data.get("options")) if w])
        return {"text": said, "message_type": "command" if body["type"] == 2 and self.r8 else "text", "source": {
            "platform": "relay", "chat_id": body.get("channel_id"), "chat_type": "channel" if body.get("guild_id") else "dm", "user_id": user.get("id"),
            "user_name": user.get("username"), self.scope_key: body.get("guild_id"), "message_id": body.get("id")}}

    def inbound(self, e):
        s = dict(obj(e.get("source")))
        s["platform"] = s["platform"] if s.get("platform") in PLATFORMS else "relay"
        s["chat_type"], s["chat_id"] = s.get("chat_type") or "dm", text(s.get("chat_id"))
        if self.r8: s["user_name"] = s.get("user_display_name") or s.get("user_name") or s.get("user_handle")
        if e.get("message_type") not in TYPES: e["message_type"] = "text"
        e = {"reply_to_message_id": None, "message_id": None, "media_urls": [], **e, "text": text(e.get("text")), "source": s}
        self.chats.setdefault(s["chat_id"], {}).update({name: value for name, value in s.items() if value})  # SC-1
        turn, key = {"event": e, "key": self.key(s), "interrupted": False}, self.key(s)
        lane = self.lanes.setdefault(key, [])
        waiting = lane[1]["event"] if len(lane) > 1 else {}
        kinds = (waiting.get("message_type"), e["message_type"])
        if kinds in (("text", "text"), ("photo", "photo"), ("photo", "video")):  # TURN-2
            waiting["text"] = "\n".join(t for t in (waiting["text"], e["text"]) if t)
            waiting["media_urls"] = waiting["media_urls"] + e["media_urls"]
        else: lane[1:] = [turn] if lane else []
        if not lane: self.begin(turn)

    def key(self, s):  # SK-1 to SK-4
        o, thread, kind = self.start["options"], s.get("thread_id"), s["chat_type"]
        who, head = s.get("user_id_alt") or s.get("user_id"), ["agent", "main", s.get("platform") or "relay"]
        if kind == "dm": parts = ["dm", s["chat_id"] or who, thread]
        else: parts = [kind, s["chat_id"], thread, who if o.get("thread_sessions_per_user" if thread else "group_sessions_per_user", not thread) else None]
        return ":".join(head + [p for p in parts if p])

    def begin(self, turn):
        self.lanes[turn["key"]][:1] = [turn]
        self.report(type="turn", turn=turn, session_key=turn["key"], event=turn["event"])
        if self.r8 and self.start["options"].get("typing") is not False: asyncio.ensure_future(self.call("typing", {"chat_id": turn["event"]["source"]["chat_id"]}, turn))  # OUT-11

    async def end(self, turn, reply):
        lane, e = self.lanes[turn["key"]], turn["event"]
        if reply.strip() and not (turn["interrupted"] and len(lane) > 1):  # TURN-6, INT-4
            thread = {"thread_id": e["source"]["thread_id"]} if e["source"].get("thread_id") else {}
            await self.call("send", {"chat_id": e["source"]["chat_id"], "content": reply.strip(), "reply_to": e["message_id"], "metadata": {**thread, "notify": True}}, turn)
        lane.pop(0)
        if lane: self.begin(lane[0])
        else: del self.lanes[turn["key"]]

    async def call(self, op, args, turn=None):  # one action of the agent's, and its result
        if self.ops is None: return {"success": False, "error": "relay transport not connected"}  # OUT-4
        if op == "interrupt": return await self.write({"type": "interrupt", "session_key": args.get("session_key"), "reason": args.get("reason")})
        chat = args.get("chat_id")
        if op == "get_chat_info" and op not in self.ops: return {"success": True, "name": chat, "type": "dm"}  # OUT-3
        if op not in FIELDS: return {"success": False, "error": f"relay does not support op {op}"}
        s = turn["event"]["source"] if turn and turn["event"]["source"]["chat_id"] == chat else self.chats.get(chat, {})  # SC-6
        action = {"op": op, **{name: args.get(name) for name in FIELDS[op]}, **({"content": args["content"]} if "content" in args else {})}
        if op != "get_chat_info": action["metadata"] = dict(args.get("metadata") or {})
        if op not in ("get_chat_info", "follow_up"):  # SC-1, SC-2
            for name, value in ((self.scope_key, s.get(self.scope_key)), ("user_id", s.get("user_id") if self.r8 else None)): value and action["metadata"].setdefault(name, value)
        platform = args.get("platform") or (args["kind"].split(".")[0] if op == "follow_up" else s.get("platform"))
        self.sent += 1
        request, where = f"py-{self.sent}", {"platform": platform, "botId": self.bots[platform]} if self.r8 and platform in self.bots else {}
        future = self.requests[request] = asyncio.get_event_loop().create_future()
        await self.write({"type": "outbound", "requestId": request, "action": action, **where})
        try: result = await asyncio.wait_for(future, 30)
        except asyncio.TimeoutError: return {"success": False, "error": "relay outbound timed out"}
        info = obj(result.get("chat_info")) or result
        return result if op != "get_chat_info" else {**result, "name": info.get("name") or chat, "type": info.get("type") or "dm"}

    async def write(self, frame):
        await self.ws.send(json.dumps(frame) + "\n")
        return {"success": True}

    async def leave(self):  # RC-2
        self.leaving = True
        if self.ws:
            if self.r8: await self.write({"type": "going_idle"})
            await self.ws.close()
        return {"success": True}

    def rests(self):  # nothing goes on that does not wait for the connector, for relaysim or for the clock
        return not self.dialling and (self.ws is None or (self.ws.open and not self.ws.messages))


class Driver:  # speaks with relaysim: one JSON object a line on stdin and stdout
    CAN = ["sync", "reset", "kill", "state", "interrupts", "send", "edit", "typing", "follow_up", "interrupt", "get_chat_info", "disconnect"]

    def __init__(self):
        self.gateway, self.task, self.turns, self.count, self.work = None, None, {}, 0, 0

    def say(self, **m): print(json.dumps(m), flush=True)

    def report(self, **m):
        if m["type"] == "turn":
            self.count += 1
            self.turns[str(self.count)], m["turn"] = m["turn"], str(self.count)
        self.say(**m)

    async def main(self):
        loop, lines = asyncio.get_running_loop(), asyncio.Queue()
        def read():
            for line in sys.stdin: loop.call_soon_threadsafe(lines.put_nowait, json.loads(line))
            loop.call_soon_threadsafe(lines.put_nowait, {"type": "stop"})
        threading.Thread(target=read, daemon=True).start()
        self.say(type="hello", protocol=1, name="minimal-python", version="1", revision=["2026-06", "2026-08"], can=self.CAN, options=OPTIONS, lacks=LACKS)
        while (m := await lines.get())["type"] != "stop": await getattr(self, m["type"], self.unknown)(m)
        await self.kill({})

    async def start(self, m):
        self.gateway = Gateway(m, self.report)
        self.task = asyncio.ensure_future(self.gateway.run())

    async def unknown(self, m): self.say(type="log", text="unknown message: " + m["type"])  # of a newer relaysim

    async def call(self, m): asyncio.ensure_future(self.answer(m))

    async def answer(self, m):
        if m["call"] == "disconnect": result = await self.gateway.leave()
        else: result = await self.gateway.call(m["call"], m["args"], self.turns.get(m.get("turn")))
        self.say(type="result", id=m["id"], result=result)

    async def reply(self, m): asyncio.ensure_future(self.gateway.end(self.turns.pop(m["turn"]), m["text"]))

    async def fail(self, m): await self.reply({"turn": m["turn"], "text": "Sorry, I ran into an error: " + m["error"]})  # TURN-5

    async def sync(self, m): asyncio.ensure_future(self.synced(m))

    async def synced(self, m):
        for _ in range(20): await asyncio.sleep(0)  # whatever can go on goes on
        while self.gateway and not self.gateway.rests(): await asyncio.sleep(0.001)
        self.say(type="synced", id=m["id"])

    async def kill(self, m):
        if self.task:
            if self.gateway.ws: self.gateway.ws.transport.abort()
            while not self.task.done():  # wait_for may swallow one (bpo-37658)
                self.task.cancel()
                await asyncio.wait([self.task], timeout=0.1)
        self.gateway, self.task, self.turns = None, None, {}
        if "id" in m: self.say(type="synced", id=m["id"])

    reset = kill


if __name__ == "__main__": asyncio.run(Driver().main())
