#!/usr/bin/env python3
"""A small ticket server for the tests of takenseat-load.

It keeps the public contract as far as a buyer sees it, and can be told to misbehave: answers that never arrive, 503,
tokens that run out, and three bugs (--oversell, --forget-keys, --wrong-tickets) that the driver has to find.
With --state everything is on disk before it is answered, so the process may be killed and started again.
"""
import argparse
import base64
import hashlib
import json
import os
import pickle
import random
import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FREE, HELD, SOLD, CLOSED = range(4)
ROW = 20


class Problem(Exception):
    def __init__(self, status, code, **more):
        super().__init__(code)
        self.status = status
        self.body = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": "", "errors": [], **more}


class Shop:
    """All state of the sale; every method runs under the one lock."""

    def __init__(self, options):
        self.options = options
        self.users, self.access, self.refresh, self.places = {}, {}, {}, {}
        self.holds, self.bookings, self.payments, self.keys = {}, {}, {}, {}
        self.guids = ["%s-%d" % (chr(65 + n // ROW % 26) * (1 + n // ROW // 26), n % ROW + 1) for n in range(options.seats)]
        self.number = {guid: n for n, guid in enumerate(self.guids)}
        self.seats = [FREE] * options.seats
        if options.seats > 3:
            self.seats[3] = CLOSED
        self.version, self.last_id = 0, 0

    def new_id(self, kind):
        self.last_id += 1
        return "%s-%d-%s" % (kind, self.last_id, os.urandom(4).hex())

    def grade_of(self, seat):
        return 0 if seat < len(self.guids) // 3 else 1

    def price_of(self, seat):
        return {"amount": 150000 if self.grade_of(seat) == 0 else 90000, "currency": "KRW"}

    def expire(self):
        now = time.time()
        for hold in self.holds.values():
            if hold["status"] == "active" and hold["until"] < now:
                hold["status"] = "expired"
                self.seats_set(hold["seats"], FREE)

    def seats_set(self, seats, state):
        self.version += 1
        for seat in seats:
            if not (self.options.oversell and self.seats[seat] == SOLD):
                self.seats[seat] = state

    # -- accounts

    def tokens(self, email):
        access, refresh = self.new_id("access"), self.new_id("refresh")
        self.access[access] = [email, self.options.token_uses]
        self.refresh[refresh] = email
        return 200, {"access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": 900}

    def signup(self, body):
        if body["email"] in self.users:
            raise Problem(409, "email_taken")
        self.users[body["email"]] = body["password"]
        return 201, {"id": self.new_id("user"), "email": body["email"], "name": body["name"], "roles": ["CUSTOMER"]}

    def login(self, body):
        if self.users.get(body["email"]) != body["password"]:
            raise Problem(401, "bad_credentials")
        return self.tokens(body["email"])

    def renew(self, body):
        email = self.refresh.pop(body["refresh_token"], None)
        if not email:
            raise Problem(401, "unauthenticated")
        return self.tokens(email)

    def user_of(self, token):
        entry = self.access.get(token)
        if not entry or entry[1] == 0:
            raise Problem(401, "unauthenticated")
        entry[1] -= 1
        return entry[0]

    # -- catalogue

    def schedule(self):
        return 200, {"id": "s1", "status": "on_sale", "queue_mode": "fifo" if self.options.queue else "off"}

    def map(self):
        half = len(self.guids) // ROW * ROW // 2
        sections = []
        for name, part in (("front", self.guids[:half]), ("back", self.guids[half:])):
            rows = [part[at:at + ROW] for at in range(0, len(part), ROW)]
            sections.append({"name": name, "kind": "seats", "outline": [], "rows": [
                {"name": row[0], "grade": 1, "grades": [self.grade_of(self.number[guid]) for guid in row],
                 "guids": row, "numbers": [str(n) for n in range(len(row))],
                 "xs": list(range(len(row))), "ys": [0] * len(row)} for row in rows]})
        grades = [{"name": "VIP", "color": "#fff", "price": self.price_of(0)},
                  {"name": "R", "color": "#ccc", "price": self.price_of(len(self.guids) - 1)}]
        return 200, {"schedule_id": "s1", "hall": {"id": "h1", "name": "Hall"}, "seat_count": len(self.guids),
                     "bounds": {"x": 0, "y": 0, "width": 1, "height": 1, "pitch": 1}, "stage": None,
                     "grades": grades, "sections": sections}

    def availability(self):
        packed = bytearray((len(self.seats) + 3) // 4)
        for n, state in enumerate(self.seats):
            packed[n // 4] |= state << 2 * (n % 4)
        return 200, {"version": self.version, "seats": base64.b64encode(packed).decode()}

    # -- waiting room: everybody is admitted on the third look

    def place(self, token):
        place = self.places.get(token)
        if not place:
            raise Problem(404, "not_found")
        place["looks"] += 1
        admitted = place["looks"] > 3
        return {"place_token": token, "state": "admitted" if admitted else "waiting", "position": 1, "ahead": 0,
                "eta_seconds": 1, "poll_after_ms": 40, "stock": {"R": self.seats.count(FREE)}, "message": "",
                "pass": "pass-" + token if admitted else None, "pass_expires_at": None}

    def join(self, user):
        for token, place in self.places.items():
            if place["user"] == user:
                return 201, self.place(token)
        token = self.new_id("place")
        self.places[token] = {"user": user, "looks": 0}
        return 201, self.place(token)

    # -- buying

    def hold(self, user, body, queue_pass):
        if self.options.queue and (queue_pass or "")[5:] not in self.places:
            raise Problem(403, "pass_required")
        if "seats" in body:
            wanted = [self.number[guid] for guid in body["seats"]]
        else:
            grade = ["VIP", "R"].index(body["best"]["grade"])
            free = [n for n, state in enumerate(self.seats) if state == FREE and self.grade_of(n) == grade]
            wanted = free[:body["best"]["count"]]
            if len(wanted) < body["best"]["count"]:
                raise Problem(409, "seat_taken", seats=[])
        taken = [n for n in wanted if self.seats[n] != FREE]
        if taken and not (random.random() < self.options.oversell and all(self.seats[n] != CLOSED for n in taken)):
            raise Problem(409, "seat_taken", seats=[self.guids[n] for n in taken])
        mine = sum(len(h["seats"]) for h in self.holds.values() if h["user"] == user and h["status"] in ("active", "booked"))
        if mine + len(wanted) > self.options.limit:
            raise Problem(409, "limit_reached")
        self.seats_set(wanted, HELD)
        hold_id = self.new_id("hold")
        self.holds[hold_id] = {"user": user, "seats": wanted, "status": "active", "until": time.time() + self.options.hold_seconds}
        return 201, {"id": hold_id, "schedule_id": "s1", "status": "active", "expires_at": "2030-01-01T00:00:00Z",
                     "seats": [self.seat_json(n) for n in wanted], "total": self.total(wanted)}

    def seat_json(self, n):
        return {"guid": self.guids[n], "grade": ["VIP", "R"][self.grade_of(n)], "price": self.price_of(n),
                "section": "front", "row": self.guids[n].split("-")[0], "number": self.guids[n].split("-")[1]}

    def total(self, seats):
        return {"amount": sum(self.price_of(n)["amount"] for n in seats), "currency": "KRW"}

    def owned(self, table, item_id, user):
        item = table.get(item_id)
        if not item or item["user"] != user:
            raise Problem(404, "not_found")
        return item

    def release(self, user, hold_id):
        hold = self.owned(self.holds, hold_id, user)
        if hold["status"] == "active":
            hold["status"] = "released"
            self.seats_set(hold["seats"], FREE)
        return 204, None

    def book(self, user, body):
        hold = self.owned(self.holds, body["hold_id"], user)
        if hold["status"] != "active":
            raise Problem(409, "hold_ended")
        hold["status"], hold["until"] = "booked", time.time() + 3600
        booking_id = self.new_id("booking")
        self.bookings[booking_id] = {"user": user, "seats": hold["seats"], "status": "pending"}
        return 201, self.booking_json(booking_id)

    def booking_json(self, booking_id):
        booking = self.bookings[booking_id]
        total = self.total(booking["seats"])
        return {"id": booking_id, "code": booking_id[-6:], "status": booking["status"], "schedule_id": "s1", "total": total,
                "discount": {"amount": 0, "currency": "KRW"}, "mileage_used": 0, "due": total, "payment": None,
                "seats": [self.seat_json(n) for n in booking["seats"]]}

    def pay(self, user, body):
        booking = self.owned(self.bookings, body["booking_id"], user)
        payment_id = self.new_id("payment")
        self.payments[payment_id] = {"user": user, "booking": body["booking_id"], "status": "ready"}
        return 201, {"id": payment_id, "booking_id": body["booking_id"], "status": "ready",
                     "amount": self.total(booking["seats"]), "provider": "sandbox", "client": {}}

    def confirm(self, user, payment_id, body):
        payment = self.owned(self.payments, payment_id, user)
        booking = self.bookings[payment["booking"]]
        amount = self.total(booking["seats"])
        if body["payment_key"] == "sandbox-decline":
            payment["status"] = "failed"
            raise Problem(409, "payment_declined")
        if body["payment_key"] == "sandbox-wrong-amount" or body["amount"] != amount["amount"]:
            raise Problem(409, "amount_mismatch")
        if booking["status"] == "confirmed" and payment["status"] != "paid":
            payment["status"] = "refunded"
        else:
            payment["status"], booking["status"] = "paid", "confirmed"
            self.seats_set(booking["seats"], SOLD)
        status = "pending" if body["payment_key"] == "sandbox-timeout" else payment["status"]
        return 200, {"id": payment_id, "booking_id": payment["booking"], "status": status, "amount": amount}

    def booking(self, user, booking_id):
        self.owned(self.bookings, booking_id, user)
        return 200, self.booking_json(booking_id)

    def tickets(self, user, booking_id):
        booking = self.owned(self.bookings, booking_id, user)
        seats = booking["seats"] if booking["status"] == "confirmed" else []
        if self.options.wrong_tickets:
            seats = [(n + 1) % len(self.guids) for n in seats]
        return 200, {"items": [{"id": "t%d" % n, "code": "c%d" % n, "status": "valid", "seat": self.seat_json(n)} for n in seats],
                     "next": None}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, options):
        self.options, self.lock, self.busy_keys, self.shop = options, threading.Lock(), set(), Shop(options)
        if options.state and os.path.exists(options.state):
            with open(options.state, "rb") as f:
                self.shop.__dict__.update(pickle.load(f))
            self.shop.options = options
        super().__init__(("127.0.0.1", options.port), Handler)

    def handle_error(self, request, client_address):
        pass    # the driver hangs up on purpose

    def save(self):
        if not self.options.state:
            return
        with open(self.options.state + ".new", "wb") as f:
            pickle.dump({k: v for k, v in self.shop.__dict__.items() if k != "options"}, f)
        os.rename(self.options.state + ".new", self.options.state)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, *_):
        pass

    def do(self):
        options, key = self.server.options, self.headers.get("Idempotency-Key")
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        keyed = key if not options.forget_keys else None
        if random.random() < options.unavailable:
            return self.answer(*self.problem(Problem(503, "unavailable")), {"Retry-After": "1"})
        try:
            status, body = self.once(keyed, raw) if keyed else self.run(raw)
        except Problem as p:
            status, body = self.problem(p)
        if key and random.random() < options.drop:
            self.close_connection = True
            return None
        return self.answer(status, body, {})

    def problem(self, p):
        return p.status, json.dumps(p.body).encode()

    def once(self, key, raw):
        """Runs a keyed request at most once; the stored answer is given to every repetition."""
        shop, digest = self.server.shop, hashlib.sha256(self.path.encode() + raw).digest()
        with self.server.lock:
            shop.user_of((self.headers.get("Authorization") or "")[7:])
            stored = shop.keys.get(key)
            if stored:
                if stored[0] != digest:
                    raise Problem(422, "idempotency_mismatch")
                return stored[1], stored[2]
            if key in self.server.busy_keys:
                raise Problem(409, "in_progress")
            self.server.busy_keys.add(key)
        time.sleep(self.server.options.slow_ms / 1000)
        try:
            return self.run(raw, key, digest)
        finally:
            with self.server.lock:
                self.server.busy_keys.discard(key)

    def run(self, raw, key=None, digest=None):
        with self.server.lock:
            shop = self.server.shop
            shop.expire()
            try:
                status, body = self.route(shop, json.loads(raw) if raw else {})
                body = json.dumps(body).encode() if body is not None else b""
            except Problem as p:
                if p.status == 401:
                    raise
                status, body = self.problem(p)
            if key:
                shop.keys[key] = (digest, status, body)
            if self.command != "GET":
                self.server.save()
            return status, body

    def route(self, shop, body):
        call = self.command + " " + self.path.removeprefix("/api/v1")
        public = {"POST /auth/signup": lambda: shop.signup(body), "POST /auth/login": lambda: shop.login(body),
                  "POST /auth/refresh": lambda: shop.renew(body), "GET /schedules/s1": shop.schedule,
                  "POST /noop": lambda: (200, {"id": "noop", "seats": body["seats"]}),
                  "GET /schedules/s1/map": shop.map, "GET /schedules/s1/availability": shop.availability}
        if call in public:
            return public[call]()
        user = shop.user_of((self.headers.get("Authorization") or "")[7:])
        private = [
            (r"GET /users/me", lambda: (200, {"email": user})),
            (r"POST /schedules/s1/queue", lambda: shop.join(user)),
            (r"GET /queue/(.+)", lambda token: (200, shop.place(token))),
            (r"POST /schedules/s1/holds", lambda: shop.hold(user, body, self.headers.get("Queue-Pass"))),
            (r"DELETE /holds/(.+)", lambda hold: shop.release(user, hold)),
            (r"POST /bookings", lambda: shop.book(user, body)),
            (r"POST /payments", lambda: shop.pay(user, body)),
            (r"POST /payments/(.+)/confirm", lambda payment: shop.confirm(user, payment, body)),
            (r"GET /bookings/([^/]+)", lambda booking: shop.booking(user, booking)),
            (r"GET /bookings/(.+)/tickets", lambda booking: shop.tickets(user, booking)),
        ]
        for pattern, act in private:
            match = re.fullmatch(pattern, call)
            if match:
                return act(*match.groups())
        raise Problem(404, "not_found")

    def answer(self, status, body, headers):
        if self.path.endswith("/map") and status == 200:
            headers = {"ETag": '"m1"'}
            if self.headers.get("If-None-Match") == '"m1"':
                status, body = 304, b""
        head = ["HTTP/1.1 %d X" % status, "Content-Type: application/json"] + ["%s: %s" % h for h in headers.items()]
        chunked = self.server.options.chunked and status not in (204, 304)
        if chunked:
            head.append("Transfer-Encoding: chunked")
            parts = [body[at:at + 97] for at in range(0, len(body), 97)] + [b""]
            body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
        elif status not in (204, 304):
            head.append("Content-Length: %d" % len(body))
        self.wfile.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    do_GET = do_POST = do_DELETE = do


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--port", type=int, default=0, help="0 takes a free one; the first line printed says which")
    p.add_argument("--seats", type=int, default=200)
    p.add_argument("--limit", type=int, default=8, help="seats a user may hold or own")
    p.add_argument("--hold-seconds", type=float, default=300)
    p.add_argument("--token-uses", type=int, default=-1, help="an access token runs out after so many requests")
    p.add_argument("--queue", action="store_true")
    p.add_argument("--chunked", action="store_true")
    p.add_argument("--slow-ms", type=int, default=0, help="time a keyed request takes, so that repetitions meet it under way")
    p.add_argument("--drop", type=float, default=0, help="share of keyed requests that are done but not answered")
    p.add_argument("--unavailable", type=float, default=0, help="share of requests answered with 503")
    p.add_argument("--state", help="file that outlives the process")
    p.add_argument("--oversell", type=float, default=0, help="BUG: share of taken seats that are given out again")
    p.add_argument("--forget-keys", action="store_true", help="BUG: a repeated key is done again")
    p.add_argument("--wrong-tickets", action="store_true", help="BUG: tickets for other seats")
    options = p.parse_args()
    server = Server(options)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
