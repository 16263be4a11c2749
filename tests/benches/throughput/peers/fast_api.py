"""What a team in the house would write in Python: FastAPI, sqlite3, one transaction a request, a hash chain of its own."""

import hashlib
import json
import signal
import socket
import sqlite3
import sys
import threading

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict


class Source(BaseModel):
    system: str
    event_id: str


class ThirdParty(BaseModel):
    model_config = ConfigDict(extra="allow")
    kind: str
    name: str | None = None


class Event(BaseModel):
    model_config = ConfigDict(extra="allow")
    source: Source
    third_party: ThirdParty
    items: list[str]
    principals: list[dict] = []


database = sqlite3.connect(sys.argv[1], check_same_thread=False, isolation_level=None)
database.executescript(
    """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        event_id TEXT NOT NULL UNIQUE,
        third_party TEXT,
        principal TEXT,
        body TEXT NOT NULL,
        hash BLOB NOT NULL
    );
    CREATE INDEX events_by_third_party ON events (third_party);
    CREATE INDEX events_by_principal ON events (principal);
    """
)
turn = threading.Lock()
app = FastAPI()


@app.get("/readyz")
def ready() -> str:
    return "ready"


@app.post("/v1/provisions", status_code=201)
@app.post("/v1/receipts", status_code=201)
def record(event: Event) -> dict:
    body = json.dumps(event.model_dump(exclude_unset=True), ensure_ascii=False, separators=(",", ":"))
    event_id = event.source.event_id
    principal = event.principals[0].get("ref") if event.principals else None
    with turn:
        database.execute("BEGIN IMMEDIATE")
        try:
            last = database.execute("SELECT hash FROM events ORDER BY id DESC LIMIT 1").fetchone()
            before = last[0] if last else b""
            digest = hashlib.sha256(before + event_id.encode() + body.encode()).digest()
            inserted = database.execute(
                "INSERT INTO events (event_id, third_party, principal, body, hash) VALUES (?, ?, ?, ?, ?)",
                (event_id, event.third_party.name, principal, body, digest),
            )
            database.execute("COMMIT")
        except BaseException:
            database.execute("ROLLBACK")
            raise
    return {"id": inserted.lastrowid}


if __name__ == "__main__":
    # uvicorn ends by sending itself the signal that it was stopped by: it is to end well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        # Or its write-ahead log would be weighed as well.
        database.close()
