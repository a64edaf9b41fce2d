"""Two kinds of old clients, each with both spellings of an address, as devices and scripts in the field are written.

old_clients.py ws://127.0.0.1:7090/call NANO_ADDRESS XRB_ADDRESS SECONDS
Prints "ready" once all are registered, and after SECONDS one JSON object: per client the text frames it got.
"""
import asyncio
import json
import sys
import threading
import time

import websocket
import websockets

url, nano, xrb, seconds = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
frames = {}
end = time.time() + 600


def thread_client(name, address):
    """websocket-client: sends an Origin header by itself."""
    got = frames.setdefault(name, [])
    connection = websocket.create_connection(url, timeout=1)
    connection.send(json.dumps({"address": address, "api_key": "0"}))
    registered.release()
    while time.time() < end:
        try:
            text = connection.recv()
        except websocket.WebSocketTimeoutException:
            continue
        if text:
            got.append(text)


async def async_client(name, address):
    """websockets."""
    got = frames.setdefault(name, [])
    async with websockets.connect(url) as connection:
        await connection.send(json.dumps({"address": address, "api_key": "0"}))
        registered.release()
        while time.time() < end:
            try:
                got.append(await asyncio.wait_for(connection.recv(), 1))
            except asyncio.TimeoutError:
                continue


registered = threading.Semaphore(0)
clients = [("websocket-client nano_", nano), ("websocket-client xrb_", xrb)]
for client in clients:
    threading.Thread(target=thread_client, args=client, daemon=True).start()


def run_async():
    async def both():
        await asyncio.gather(async_client("websockets nano_", nano), async_client("websockets xrb_", xrb))

    asyncio.run(both())


threading.Thread(target=run_async, daemon=True).start()
for _ in range(4):
    if not registered.acquire(timeout=20):
        sys.exit("a client could not register")
time.sleep(1)
print("ready", flush=True)
time.sleep(seconds)
print(json.dumps(frames), flush=True)
