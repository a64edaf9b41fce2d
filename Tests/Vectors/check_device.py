#!/usr/bin/env python3
"""Checks device.json against a second, independent implementation of the device link. Python 3.8+, nothing else.

    python3 check_device.py [device.json]

Keys, MACs, records and the whole device are computed here anew from the link's page; nothing is read from the file but
what goes in and what must come out. Ends with status 1 and the first differences where they disagree.
"""
import hashlib, hmac, json, os, re, struct, sys, zlib

LIMIT, TICK, PING, HANDSHAKE, SILENCE, GREATEST = 1024, 30_000, 20_000, 20_000, 60_000, 2**53 - 1
STATES = ["", "waiting", "armed", "running", "done", "failed", "expired", "stopped", "unknown"]
ACKS = "accepted done failed busy expired stale passed conflict unknown".split()


# --- JSON as strict as the link wants it ------------------------------------------------------------------------------
class NotJSON(Exception): pass
class NotUnderstood(Exception): pass


def members(pairs):
    """Keeps an object's members in order, the same key twice included."""
    return ("object", pairs)


def parse(text, depth=8):
    def refuse(_): raise NotJSON()
    try:
        value = json.loads(text, object_pairs_hook=members, parse_constant=refuse,
                           parse_float=lambda s: ("float", s), parse_int=lambda s: ("float", s) if s == "-0" else int(s))
    except (ValueError, RecursionError):
        raise NotJSON()
    def check(v, level):
        if isinstance(v, str) and re.search("[\ud800-\udfff]", v): raise NotJSON()
        inner = [x for pair in v[1] for x in pair] if is_object(v) else v if isinstance(v, list) else None
        if inner is not None:
            if level == 0: raise NotJSON()
            for x in inner: check(x, level - 1)
    check(value, depth)
    return value


def is_object(v): return isinstance(v, tuple) and v[0] == "object"


def natural(least=0, most=GREATEST): return lambda v: type(v) is int and least <= v <= most
def text(least=0, most=64): return lambda v: isinstance(v, str) and least <= len(v.encode()) <= most
def one_of(*words): return lambda v: v in words and isinstance(v, str)
def truth(v): return isinstance(v, bool)
def nonce(v): return isinstance(v, str) and re.fullmatch("[0-9a-fA-F]{32}", v) is not None


def fields(v, need, may={}):
    """An object's known members as a dict; each at most once, of the right type, the needed ones all there."""
    if not is_object(v): raise NotUnderstood()
    out = {}
    for key, value in v[1]:
        rule = need.get(key) or may.get(key)
        if not rule: continue
        if key in out: raise NotUnderstood()
        out[key] = rule(value) if getattr(rule, "reads", False) else value
        if not getattr(rule, "reads", False) and not rule(value): raise NotUnderstood()
    if any(key not in out for key in need): raise NotUnderstood()
    return out


def channel_list(need, may):
    def read(v):
        if not isinstance(v, list) or len(v) > 8: raise NotUnderstood()
        items = [fields(x, need, may) for x in v]
        if len({x["c"] for x in items}) < len(items): raise NotUnderstood()
        return items
    read.reads = True
    return read


def plain(rule): return lambda v: v if rule(v) else fail()
def fail(): raise NotUnderstood()


C, N = natural(0, 255), natural(1)
REPORTS = channel_list({"c": C, "n": natural(), "is": text(1, 16)}, {"left": natural()})
ORDERS = channel_list({"c": C, "do": one_of("ok", "resume", "stop")}, {"left": natural()})


def welcome(v):
    w = fields(v, {"srv": natural(), "ch": ORDERS})
    for o in w["ch"]:
        if o["do"] == "resume" and "left" not in o: raise NotUnderstood()
        if o["do"] != "resume": o.pop("left", None)
    return w


TO_DEVICE = {
    "welcome": welcome, "go": plain(N), "pong": plain(natural(1, 2**64 - 1)), "unknown": plain(text()),
    "stop": lambda v: fields(v, {"c": C, "n": N}),
    "run": lambda v: fields(v, {"id": text(1), "c": C, "n": N, "mode": one_of("new", "extend", "replace"), "ms": N,
                                "once": truth, "at": natural(0, 2**64 - 1), "life": natural()}, {"wait": truth}),
}
TO_SERVER = {
    "hello": lambda v: fields(v, {"dev": text(1), "key": natural(1, 2**32 - 1), "dn": nonce, "boot": natural(),
                                  "ch": REPORTS}, {"fw": text()}),
    "ack": lambda v: fields(v, {"c": C, "n": natural(), "is": one_of(*ACKS)}, {"left": natural(), "again": truth}),
    "ping": lambda v: fields(v, {"ch": REPORTS}), "unknown": plain(text()),
    "reading": lambda v: fields(v, {"name": text(1, 32), "value": text(0, 64), "at": natural()}, {"unit": text(0, 16)}),
}
ORDER = "dev key dn boot fw srv id c n is do mode ms once at name value unit left again life wait ch".split()
READING_ORDER = "name value unit at".split()


def spell(name, body, beside=None):
    def sort(v, order=ORDER):
        if isinstance(v, list): return [sort(x) for x in v]
        if not isinstance(v, dict): return v
        keep = {k: sort(x) for k, x in v.items() if not (k in ("again", "wait") and x is False)}
        return dict(sorted(keep.items(), key=lambda kv: order.index(kv[0])))
    message = {name: sort(body, READING_ORDER if name == "reading" else ORDER)}
    if beside is not None: message["c"] = beside
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False)


def read_message(source, known):
    """(name, content, channel beside go); raises NotJSON, or NotUnderstood with the name to answer with."""
    value = parse(source)
    pairs = value[1] if is_object(value) else []
    names = [k for k, _ in pairs if k in known]
    echo = names[0] if len(names) == 1 else (pairs[0][0] if pairs else "")
    if len(echo.encode()) > 32: echo = ""
    try:
        if len(names) != 1: fail()
        body = next(v for k, v in pairs if k == names[0])
        beside = [v for k, v in pairs if k == "c"] if names[0] == "go" else []
        if len(beside) > 1 or not all(C(v) for v in beside): fail()
        return names[0], known[names[0]](body), (beside or [None])[0]
    except NotUnderstood:
        raise NotUnderstood(echo)


# --- Keys, frames, records --------------------------------------------------------------------------------------------
def mac(key, message): return hmac.new(key, message, hashlib.sha256).digest()


def derive(device_key, sn, dn, device, serial):
    prk = mac(sn + dn, device_key)
    info = b"coinslot.v1\0" + device.encode() + b"\0" + str(serial).encode()
    t1 = mac(prk, info + b"\x01")
    return t1, mac(prk, t1 + info + b"\x02")


def seal(key, counter, body):
    rest = ("%d %s" % (counter, body)).encode()
    return mac(key, rest)[:16].hex() + " " + rest.decode()


def open_frame(frame, key, mqtt, last):
    """(counter, JSON text), or the word for why not."""
    raw = frame.encode()
    if len(raw) > LIMIT: return "too long"
    if len(raw) < 33 or raw[32:33] != b" ": return "malformed"
    if not hmac.compare_digest(mac(key, raw[33:])[:16].hex().encode(), raw[:32]): return "bad mac"
    split = re.fullmatch(rb"([1-9][0-9]*) (.*)", raw[33:], re.S)
    if not split or int(split[1]) >= 2**64: return "malformed"
    counter = int(split[1])
    if counter <= last or (not mqtt and counter != last + 1): return "bad counter"
    return counter, split[2].decode()


def digest(identity): return hashlib.sha256(identity.encode()).digest()[:8]


def channel_record(c, state, sequence, n, identity, left):
    head = struct.pack(">BBBBIQ8sI", 1, 0x43, c, STATES.index(state), sequence, n, identity, left)
    return head + struct.pack(">I", zlib.crc32(head))


def boot_record(boot):
    head = struct.pack(">BBHQ", 1, 0x42, 0, boot)
    return head + struct.pack(">I", zlib.crc32(head))


def read_channel(raw):
    if raw is None or len(raw) != 32 or struct.unpack(">I", raw[28:])[0] != zlib.crc32(raw[:28]): return None
    version, kind, c, state, sequence, n, identity, left = struct.unpack(">BBBBIQ8sI", raw[:28])
    if (version, kind) != (1, 0x43) or not 1 <= state <= 8: return None
    return {"c": c, "state": STATES[state], "sequence": sequence, "n": n, "id": identity, "left": left}


def read_boot(raw):
    if raw is None or len(raw) != 16 or struct.unpack(">I", raw[12:])[0] != zlib.crc32(raw[:12]): return None
    version, kind, zero, boot = struct.unpack(">BBHQ", raw[:12])
    return boot if (version, kind, zero) == (1, 0x42, 0) else None


def newest(c, places):
    """The index of the place that counts, or -1."""
    records = [r if r and r["c"] == c else None for r in map(read_channel, places)]
    if not all(records): return next((i for i, r in enumerate(records) if r), -1)
    return 0 if 0 < (records[0]["sequence"] - records[1]["sequence"]) % 2**32 < 2**31 else 1


# --- The device -------------------------------------------------------------------------------------------------------
class Channel:
    """One output: `state` with `left`, or waiting until `start_by`, or on from `since` to `ends`."""
    def __init__(self, setup, record):
        self.c, self.max_on, self.alone = setup["c"], setup["max_on"], setup["resume_alone"]
        self.n, self.id, self.sequence, self.state, self.left, self.refused = 0, b"", 0, "idle", 0, None
        self.ends = self.since = self.tick = self.start_by = None
        if record:
            self.n, self.id, self.sequence, self.left = (record[k] for k in ("n", "id", "sequence", "left"))
            found = record["state"]
            self.state = {"waiting": "expired", "armed": "unknown"}.get(found, found)
            if found == "waiting": self.left = 0
            if found == "running": self.state = "paused" if self.left else "done"

    def remaining(self, now): return self.ends - now if self.state == "running" else self.left
    def owed(self, now): return self.remaining(now) if self.state in ("running", "waiting", "paused", "unknown") else 0
    def report(self, now): return {"c": self.c, "n": self.n, "is": self.state, "left": self.remaining(now)}

    def ack(self, word, n, left=0, again=False):
        return "ack", {"c": self.c, "n": n, "is": word, "left": left, "again": again}

    def write(self, state, left):
        self.sequence = (self.sequence + 1) % 2**32
        raw = channel_record(self.c, state, self.sequence, self.n, self.id, left)
        return ["write", "channel.%d.%d" % (self.c, self.sequence & 1), raw.hex()]

    def settle(self, state, left): self.state, self.left, self.ends, self.start_by = state, left, None, None

    def keep_on(self, now, record="running"):
        self.state, owed = "running", max(0, self.ends - now - TICK)
        self.tick = now + TICK if owed else None
        return self.write(record, owed)

    def start(self, ms, mode, once, now):
        if self.state == "running":
            self.ends = min((self.ends if mode == "extend" else now) + ms, self.since + self.max_on)
            return [self.keep_on(now), self.ack("accepted", self.n, self.remaining(now))]
        left = min(ms, self.max_on)
        self.since, self.ends = now, now + left
        write, on = self.keep_on(now, "armed" if once else "running"), ["on", self.c]
        return ([write, on] if once else [on, write]) + [self.ack("accepted", self.n, left)]

    def known(self, n, identity, now):
        if self.refused and n == self.refused[0] and n > self.n:
            return self.ack("expired", n, 0, True) if identity == self.refused[1] else self.ack("conflict", n)
        if n > self.n: return None
        if n < self.n: return self.ack("passed", n)
        return self.outcome(now) if identity == self.id else self.ack("conflict", n)

    def outcome(self, now):
        words = {"running": "accepted", "waiting": "accepted", "paused": "accepted", "stopped": "done", "idle": "unknown"}
        return self.ack(words.get(self.state, self.state), self.n, self.remaining(now), True)

    def run(self, r, sent_at, now):
        identity = digest(r["id"])
        known = self.known(r["n"], identity, now)
        if known: return [known]
        if sent_at is None: return [self.ack("stale", r["n"])]
        if now - sent_at >= r["life"]:
            self.refused = (r["n"], identity)
            return [self.ack("expired", r["n"])]
        wait = r.get("wait", False)
        if (self.state == "waiting" and r["mode"] != "replace") or (self.state == "running" and (r["mode"] == "new" or wait)):
            return [self.ack("busy", r["n"])]
        self.n, self.id = r["n"], identity
        if not wait: return self.start(r["ms"], r["mode"], r["once"], now)
        self.state, self.left, self.start_by = "waiting", min(r["ms"], self.max_on), sent_at + r["life"]
        return [self.write("waiting", self.left), self.ack("accepted", self.n, self.left)]

    def go(self, now):
        if self.state != "waiting": return [self.outcome(now)]
        return self.start(self.left, "new", True, now)  # its number is written already: never act first

    def stop(self, n, now):
        known = self.known(n, digest(""), now)
        if known: return [known]
        was_on, left = self.state == "running", self.owed(now)
        self.n, self.id = n, digest("")
        self.settle("done", left)
        return ([["off", self.c]] if was_on else []) + [self.write("done", left), self.ack("done", n, left)]

    def cease(self, now):
        left = self.owed(now)
        if self.state == "running":
            self.settle("stopped", left)
            return [["off", self.c], self.write("stopped", left)]
        if self.state == "paused":
            self.settle("stopped", left)
            return [self.write("stopped", left)]
        if self.state == "waiting" or (self.state == "unknown" and left):
            self.settle("expired" if self.state == "waiting" else "unknown", 0)
            return [self.write(self.state, 0)]
        return []

    def resume(self, left, now):
        left = min(left, self.max_on)
        self.since, self.ends = now, now + left
        return [self.keep_on(now), ["on", self.c], self.ack("accepted", self.n, left)]

    def welcome(self, o, now):
        if o["do"] == "ok": return []
        left = min(self.owed(now), o.get("left", 0)) if o["do"] == "resume" else 0
        if not left: return self.cease(now)
        if self.state == "running":
            if left >= self.ends - now: return []
            self.ends = now + left
            return [self.keep_on(now)]
        return self.resume(left, now) if self.state in ("paused", "unknown") else []

    def fail(self, now):
        if self.state != "running": return []
        self.settle("failed", self.remaining(now))
        return [["off", self.c], self.write("failed", self.left), self.ack("failed", self.n, self.left)]

    def advance(self, now):
        if self.state == "waiting" and now >= self.start_by:
            self.settle("expired", 0)
            return [self.write("expired", 0), self.ack("expired", self.n)]
        if self.state != "running": return []
        if now >= self.ends:
            self.settle("done", 0)
            return [["off", self.c], self.write("done", 0), self.ack("done", self.n)]
        return [self.keep_on(now)] if self.tick is not None and now >= self.tick else []

    def wakes(self):
        if self.state == "waiting": return [self.start_by]
        return [t for t in (self.ends, self.tick) if t is not None] if self.state == "running" else []


class Session:
    def __init__(self, sn, keys, now):
        self.sn, (self.up, self.down), self.began, self.heard = sn, keys, now, now
        self.sent, self.received, self.times, self.ping = 0, 0, {}, None


class Device:
    def __init__(self, setup, flash):
        self.d, self.mqtt, self.out = setup, setup["transport"] == "mqtt", []
        self.boot = max([b for b in (read_boot(flash.get("boot.%d" % i)) for i in (0, 1)) if b is not None] or [0]) + 1
        self.channels = []
        for s in setup["channels"]:
            places = [flash.get("channel.%d.%d" % (s["c"], i)) for i in (0, 1)]
            i = newest(s["c"], places)
            self.channels.append(Channel(s, read_channel(places[i]) if i >= 0 else None))
        self.sessions, self.session, self.pending, self.up, self.ends = 0, None, None, False, None

    def do(self, effects):
        for e in effects: self.say(*e) if isinstance(e, tuple) else self.out.append(e)

    def send(self, session, now, name, body):
        session.sent += 1
        session.times[session.sent] = now
        self.out.append(["send", seal(session.up, session.sent, spell(name, body))])

    def say(self, name, body):
        if self.session: self.send(self.session, self.now, name, body)

    def drop(self): self.up, self.session, self.pending, self.ends = False, None, None, None

    def refuse(self):
        if not self.mqtt:
            self.drop()
            self.out.append(["close"])

    def knock(self): self.out.append(["send", spell("knock", self.d["id"])])
    def report(self): return [c.report(self.now) for c in self.channels]

    def event(self, e):
        self.out, self.now, what = [], e["at"], e["do"]
        if what == "boot":
            self.do([["off", c.c] for c in self.channels])
            self.do([["write", "boot.%d" % (self.boot & 1), boot_record(self.boot).hex()]])
            for c in self.channels:
                if c.alone and c.state == "paused": self.do(c.resume(c.left, self.now))
            return self.out
        for c in self.channels: self.do(c.advance(self.now))
        getattr(self, "on_" + what)(e)
        return self.out

    def on_connected(self, _):
        self.up, self.session, self.pending, self.ends = True, None, None, self.now + HANDSHAKE
        if self.mqtt: self.knock()

    def on_disconnected(self, _): self.drop()
    def on_reading(self, e): self.say("reading", {"name": e["name"], "value": e["value"], "unit": e["unit"], "at": e["at"]})

    def on_output_failed(self, e):
        for c in self.channels:
            if c.c == e["c"]: self.do(c.fail(self.now))

    def on_tick(self, _):
        if not self.up: return
        if self.session and self.now >= self.session.heard + SILENCE: self.session, self.ends = None, self.now
        if not self.session and self.now >= self.ends:
            if not self.mqtt: return self.refuse()
            self.pending, self.ends = None, self.now + HANDSHAKE
            self.knock()
        if self.session and self.now >= self.session.ping:
            self.say("ping", {"ch": self.report()})
            self.session.ping = self.now + PING

    def on_receive(self, e):
        if not self.up: return
        if e["text"].startswith("{"): return self.challenge(e["text"])
        for session in (self.session, self.pending):
            if not session: continue
            opened = open_frame(e["text"], session.down, self.mqtt, session.received)
            if opened == "bad mac" and session is self.session and self.pending: continue
            if isinstance(opened, str): return self.refuse()
            session.received, session.heard = opened[0], self.now
            try:
                message = read_message(opened[1], TO_DEVICE)
            except NotJSON:
                return self.refuse()
            except NotUnderstood as name:
                message = "unknown", None, str(name)
            return self.obey(*message) if session is self.session else self.begin(*message)
        self.refuse()

    def challenge(self, source):
        try:
            if len(source.encode()) > LIMIT: raise NotJSON()
            sn = bytes.fromhex(read_message(source, {"challenge": plain(nonce)})[1])
        except (NotJSON, NotUnderstood):
            return self.refuse()
        if not self.mqtt and (self.session or self.pending): return self.refuse()
        if any(s and s.sn == sn for s in (self.session, self.pending)): return
        if self.mqtt and self.pending and self.now < self.pending.began + 1_000: return
        self.sessions += 1
        dn = struct.pack(">QQ", self.boot, self.sessions)
        keys = derive(bytes.fromhex(self.d["key"]), sn, dn, self.d["id"], self.d["serial"])
        self.pending = Session(sn, keys, self.now)
        self.send(self.pending, self.now, "hello", {"dev": self.d["id"], "key": self.d["serial"], "dn": dn.hex(),
                                                    "boot": self.boot, "fw": self.d["firmware"], "ch": self.report()})

    def begin(self, name, body, _):
        if name != "welcome": return self.refuse()
        self.session, self.pending, self.ends = self.pending, None, None
        self.session.ping = self.now + PING
        for o in body["ch"]:
            for c in self.channels:
                if c.c == o["c"]: self.do(c.welcome(o, self.now))

    def obey(self, name, body, beside):
        if name == "unknown":
            if body is None: self.say("unknown", beside)
        elif name == "welcome": self.say("unknown", "welcome")
        elif name == "go":
            named = [c for c in self.channels if c.n == body and beside in (None, c.c)]
            meant = [c for c in named if c.state == "waiting"] or named
            if len(meant) == 1: self.do(meant[0].go(self.now))
            else: self.say("unknown", "go")
        elif name in ("run", "stop"):
            c = next((c for c in self.channels if c.c == body["c"]), None)
            if not c: return self.say("ack", {"c": body["c"], "n": body["n"], "is": "failed", "left": 0})
            if name == "stop": return self.do(c.stop(body["n"], self.now))
            known = self.session.times.get(body["at"]) if body["at"] > self.session.sent - 8 else None
            self.do(c.run(body, known, self.now))

    def wake(self):
        times = [t for c in self.channels for t in c.wakes()]
        if self.up:
            times += [t for t in [self.ends] if t is not None]
            if self.session: times += [self.session.ping, self.session.heard + SILENCE]
        return min(times) if times else None


# --- The file ---------------------------------------------------------------------------------------------------------
def check(v):
    for k in v["keys"]:
        t1, t2 = derive(*(bytes.fromhex(k[x]) for x in ("device_key", "sn", "dn")), k["device"], k["serial"])
        yield k["device"], (t1.hex(), t2.hex()), (k["t1"], k["t2"])
    for f in v["frames"]:
        got = open_frame(f["frame"], bytes.fromhex(f["key"]), f["transport"] == "mqtt", f["last"])
        if not isinstance(got, str):
            try: parse(got[1])
            except NotJSON: got = "not json"
        yield f["name"], got, f.get("refused") or (f["counter"], f["json"])
    for m in v["messages"]:
        try:
            got = ("means", spell(*read_message(m["json"], TO_DEVICE if m["to"] == "device" else TO_SERVER)))
        except NotJSON:
            got = ("not_json", True)
        except NotUnderstood as name:
            got = ("unknown", str(name))
        yield m["json"], got, next((k, m[k]) for k in ("means", "unknown", "not_json") if k in m)
    for r in v["records"]:
        raw = bytes.fromhex(r["hex"])
        got = read_boot(raw) if r["kind"] == "boot" else read_channel(raw)
        want = r.get("boot") if r["kind"] == "boot" else {k: r.get(k) for k in ("c", "state", "sequence", "n", "id", "left")}
        if r.get("refused"): want = None
        elif r["kind"] == "channel": want["id"] = digest(want["id"])
        yield r["hex"], got, want
    for n in v["newest"]:
        yield n, newest(n["c"], [p and bytes.fromhex(p) for p in n["places"]]), n["newest"]
    for conversation in v["conversations"]:
        flash = {place: bytes.fromhex(raw) for place, raw in conversation["flash"].items()}
        device = None
        for e in conversation["events"]:
            if e["do"] == "boot": device = Device(conversation["device"], flash)
            actions = device.event(e)
            wake = device.wake() if "wake" in e else None
            yield "%s, %s at %d" % (conversation["name"], e["do"], e["at"]), (actions, wake), (e["actions"], e.get("wake"))
            for a in actions[:e.get("power_fails_after", len(actions))]:
                if a[0] == "write": flash[a[1]] = bytes.fromhex(a[2])


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "device.json")
    with open(path, encoding="utf-8") as file: vectors = json.load(file)
    count, wrong = 0, []
    for name, got, want in check(vectors):
        count += 1
        if got != want: wrong.append("%s\n  got  %s\n  want %s" % (name, got, want))
    for difference in wrong[:10]: print(difference)
    print("%s: %d checks, %d differ" % (os.path.basename(path), count, len(wrong)))
    sys.exit(1 if wrong or not count else 0)


if __name__ == "__main__": main()
