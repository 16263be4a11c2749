#!/usr/bin/env python3
"""Kirokubo の監査用バンドルを検証する、もう一つのプログラム。A second verifier of Kirokubo audit bundles.

Python 3.9 or later and its standard library; nothing else, no network. It was written from docs/format.md and shares no
code with `kirokubo-verify`, so that a fault of one program does not hide in the other. Section numbers below are those of
that page. Ed25519 is implemented here as well (RFC 8032), in plain Python: slow, but a bundle has few signatures.

    python3 verify.py BUNDLE.tar --vkey VKEY [--checkpoint FILE]... [--checkpoint-vkey VKEY]... [--policy FILE]
                      [--today YYYY-MM-DD] [--json]

A copy of this file lies in every bundle. Whoever forges a bundle can forge that copy: get this file, like the key, from
somewhere else. この tar に入っている写しではなく、別の経路で入手した verify.py を使ってください。

What it does not judge: deltas and disclosure proofs (status 2, no verdict), and RFC 3161 time stamps. A bundle that has
time stamps gets at best the status 11 here, and the report names them.
"""

import argparse
import base64
import datetime
import hashlib
import json
import re
import struct
import sys
import time

VERSION = "1"
SIZE_MAX = 2**63 - 1
LISTED_MAX = 1000
SMALL_MAX = 1 << 20
MANIFEST_MAX = 256 << 20
LINE_MAX = 16 << 20
ENTRIES_FILE_MAX = 256 * (2 + 65535)
SCOPES = ("structure", "period", "principal", "full")
SCOPES_JUDGED = SCOPES
OPEN, NOTHING = 0x7FFFFFFF, -0x80000000

sha256 = hashlib.sha256


# ---------------------------------------------------------------- findings (8.6)

WORDS = {
    "ENTRY_MODIFIED": ("署名された項目と異なります", "the entry is not the one that was signed"),
    "ENTRY_MISSING": ("署名された項目がありません", "the signed entry is not there"),
    "ENTRY_INSERTED": ("署名されていないか、重複した項目です", "the entry was never signed here, or stands there twice"),
    "REORDERED": ("ここから順序が違います", "entries are in another order from here on"),
    "TAIL_TRUNCATED": ("末尾の項目が欠けています", "entries are lacking at the end"),
    "FORK_AT": ("遅くともここで別の履歴に分かれています", "two histories part here or before"),
    "OPENING_MISMATCH": ("値が台帳の約束と一致しません", "a value is not what the ledger commits to"),
    "OPENING_MISSING": ("値が開示も消去も非開示もされていません", "a value is neither opened, erased nor withheld"),
    "ERASED_EARLY": ("保存期間の終わる前、または保留中に消去されました", "erased before its last day, or under a hold"),
    "OVERDUE": ("保存期間を過ぎて残っています", "kept past its last day, and nothing holds it"),
    "TIME_REGRESSION": ("時刻が前の項目より前です", "the time lies before that of the entry before"),
    "COSIGNATURE": ("立会人の連署とされる行が正しくありません", "a line that claims to be a witness's is not"),
    "CHECKPOINT_SIGNATURE": ("署名が正しくありません", "not signed as it should be"),
    "KEY_NOT_AUTHORISED": ("この大きさに署名する鍵ではありません", "not the key that signs at this size"),
    "SCHEMA": ("書式の規則に反しています", "a rule of the format is broken"),
}


class Finding:
    """One thing that is wrong, with the place where."""

    def __init__(self, code, index=None, field=None, row=None, detail="", held=False):
        self.code, self.index, self.field, self.row = code, index, field, row
        self.detail, self.held = detail, held

    def status(self):
        if self.code in ("ERASED_EARLY", "OVERDUE"):
            return 20
        return 30 if self.held else 40

    def to_json(self):
        japanese, english = WORDS[self.code]
        more = f": {self.detail}" if self.detail else ""
        return {"code": self.code, "index": self.index, "field": self.field, "row": self.row,
                "ja": japanese + more, "en": english + more}


def schema(detail, index=None):
    return Finding("SCHEMA", index, detail=detail)


class Findings:
    def __init__(self):
        self.listed, self.total, self.worst = [], 0, 0

    def add(self, finding):
        if finding is None:
            return
        self.total += 1
        self.worst = max(self.worst, finding.status())
        if len(self.listed) < LISTED_MAX:
            self.listed.append(finding)

    def extend(self, findings):
        for finding in findings:
            self.add(finding)


class Usage(Exception):
    """No verdict can be given: status 2."""


class Bad(Exception):
    """Some bytes are not what they should be."""


class NotAuthorised(Exception):
    """A key of the ledger signed it, but another one signs at this size."""


class TooDeep(Bad):
    """JSON is nested deeper than Python follows."""


# ---------------------------------------------------------------- hashes and trees (2)

def leaf(data):
    return sha256(b"\0" + data).digest()


def node(left, right):
    return sha256(b"\1" + left + right).digest()


def tree_root(hashes):
    """The root over leaf hashes, built from below: an odd last node goes up unchanged."""
    if not hashes:
        return sha256(b"").digest()
    while len(hashes) > 1:
        pairs = [sha256(b"\1" + hashes[i] + hashes[i + 1]).digest() for i in range(0, len(hashes) - 1, 2)]
        if len(hashes) % 2:
            pairs.append(hashes[-1])
        hashes = pairs
    return hashes[0]


def leads_to(leaf_hash, index, size, path, root):
    """Whether the path leads from a leaf to the root, with exactly as many hashes as place and size demand."""
    if index >= size:
        return False
    found, last, path = leaf_hash, size - 1, list(path)
    while last > 0:
        if index % 2 or index < last:
            if not path:
                return False
            sibling = path.pop(0)
            found = node(sibling, found) if index % 2 else node(found, sibling)
        index, last = index // 2, last // 2
    return not path and found == root


class Tree:
    """A growing tree, kept as the last tile of each level (6). `done` is called with each tile that is complete."""

    def __init__(self, done=None):
        self.size, self.levels, self.numbers, self.done = 0, [[]], [0], done

    def push(self, hash_):
        self.size += 1
        level = 0
        while True:
            if level == len(self.levels):
                self.levels.append([])
                self.numbers.append(0)
            tile = self.levels[level]
            tile.append(hash_)
            if len(tile) < 256:
                return
            hash_ = tree_root(tile)
            if self.done:
                self.done(level, self.numbers[level], tile)
            self.levels[level] = []
            self.numbers[level] += 1
            level += 1

    def root(self):
        """What is behind the full hashes of a level is one subtree more at their right."""
        behind = []
        for tile in self.levels:
            if tile or behind:
                behind = [tree_root(tile + behind)]
        return behind[0] if behind else tree_root([])


# ---------------------------------------------------------------- Ed25519 (RFC 8032 5.1), strict

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


def _x_of(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x % 2 != sign else x


def point_of(data):
    """The point of 32 bytes in their one encoding, or None."""
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    if y >= P:
        return None
    x = _x_of(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def _add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _add(result, point)
        point = _add(point, point)
        number >>= 1
    return result


def _same(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def is_small_order(point):
    return _same(_times(8, point), (0, 1, 1, 0))


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (_x_of(BASE_Y, 0), BASE_Y, 1, _x_of(BASE_Y, 0) * BASE_Y % P)


def signature_holds(key, message, signature):
    if len(signature) != 64:
        return False
    a, r, s = point_of(key), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER or is_small_order(a) or is_small_order(r):
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    return _same(_times(s, BASE), _add(r, _times(k, a)))


# ---------------------------------------------------------------- texts and numbers (2)

def decimal(text, most=2**64 - 1):
    """A number without sign or leading zero, or None."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,19}", text, re.ASCII):
        return None
    return int(text) if int(text) <= most else None


def from_hex(text, count):
    if not re.fullmatch("[0-9a-f]*", text) or len(text) != 2 * count:
        raise Bad("not lower-case hexadecimal of the right length")
    return bytes.fromhex(text)


def from_base64(text):
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raise Bad("not base64") from None
    if base64.b64encode(data).decode() != text:
        raise Bad("not base64 in its one form")
    return data


def day_of(text):
    """Days since 1970-01-01 of a day YYYY-MM-DD, or None. The proleptic calendar has a year 0 (a leap year)."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        return None
    year, month, day = (int(part) for part in text.split("-"))
    try:
        # Four centuries later the calendar is the same.
        shifted = datetime.date(year + 400, month, day) if year < 400 else datetime.date(year, month, day)
    except ValueError:
        return None
    return shifted.toordinal() - datetime.date(1970, 1, 1).toordinal() - (146097 if year < 400 else 0)


def day_text(days):
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days)).isoformat()


# ---------------------------------------------------------------- JSON, read strictly

class Members(list):
    """The members of an object, in order, repeated ones too."""


class Odd:
    """A number that is no integer from 0 to 2^64 - 1."""


def _integer(text):
    return Odd() if text.startswith("-") or len(text) > 20 or int(text) >= 2**64 else int(text)


def _refuse(_):
    raise ValueError("not JSON")


def read_json(data):
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        return json.loads(text, object_pairs_hook=Members, parse_int=_integer,
                          parse_float=lambda _: Odd(), parse_constant=_refuse)
    except RecursionError:
        raise TooDeep("nested too deep") from None
    except ValueError:
        raise Bad("not JSON") from None


def take_members(value, named, may_lack=(), may_have_others=True):
    """The named members of an object. A named one that is there twice is refused."""
    if not isinstance(value, Members):
        raise Bad("not an object")
    found = {}
    for name, content in value:
        if name in named:
            if name in found:
                raise Bad(f"{name} stands there twice")
            found[name] = content
        elif not may_have_others:
            raise Bad(f"unknown member {name!r}")
        else:
            text_in(name)
    for name in named:
        if name not in found and name not in may_lack:
            raise Bad(f"{name} is not there")
    return found


def text_in(value):
    if not isinstance(value, str):
        raise Bad("not a text")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise Bad("half of a surrogate pair") from None
    return value


def number_in(value, most=2**64 - 1):
    if isinstance(value, bool) or not isinstance(value, int) or value > most:
        raise Bad("not a number of the right size")
    return value


def list_in(value, each):
    if not isinstance(value, list) or isinstance(value, Members):
        raise Bad("not a list")
    return [each(item) for item in value]


_TOKEN = re.compile(r'[ \t\n\r]*(?:([{}\[\],:])|("(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")'
                    r'|(true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?))')


def skim(text):
    """Checks that a text is one JSON object, nested however deep; gives its own members with their texts."""
    place, stack, want, members, name, start = 0, [], "value", Members(), None, 0
    while stack or not place:
        token = _TOKEN.match(text, place)
        if not token:
            raise Bad("not JSON")
        place, mark = token.end(), token.group(1)
        is_end_of_value = False
        if want in ("value", "value or ]") and mark in ("{", "["):
            if len(stack) == 1:
                start = token.start()
            stack.append(mark)
            want = "name or }" if mark == "{" else "value or ]"
        elif want in ("value", "value or ]") and not mark and stack:
            if len(stack) == 1:
                start = token.start()
            is_end_of_value = True
        elif want in ("name", "name or }") and token.group(2):
            if len(stack) == 1:
                name = json.loads(token.group(2))
            want = ":"
        elif want == ":" and mark == ":":
            want = "value"
        elif want == "end" and mark == ",":
            want = "name" if stack[-1] == "{" else "value"
        elif (want in ("end", "name or }") and mark == "}" and stack[-1] == "{") or (
                want in ("end", "value or ]") and mark == "]" and stack[-1] == "["):
            stack.pop()
            is_end_of_value = True
        else:
            raise Bad("not JSON")
        if is_end_of_value:
            want = "end"
            if len(stack) == 1:
                members.append((name, text[start:place]))
    if text[place:].strip(" \t\n\r"):
        raise Bad("not JSON")
    return members


# ---------------------------------------------------------------- keys, notes, checkpoints (5)

class Key:
    """A vkey (5.1): of a ledger (type 1), or of a witness (type 4)."""

    def __init__(self, text, kind=1):
        self.text, parts = text, text.split("+", 2)
        if len(parts) != 3:
            raise Bad("a vkey is <origin>+<hash>+<key>")
        self.origin = origin_in(parts[0])
        self.hash, data = from_hex(parts[1], 4), from_base64(parts[2])
        if len(data) != 33 or data[0] != kind:
            raise Bad("not an Ed25519 key of that type")
        self.public = data[1:]
        if sha256(self.origin.encode() + b"\n" + data).digest()[:4] != self.hash:
            raise Bad("the key hash does not fit")
        point = point_of(self.public)
        if point is None or is_small_order(point):
            raise Bad("the key is no point, or one of small order")

    def __eq__(self, other):
        return (self.origin, self.public) == (other.origin, other.public)


def origin_in(text):
    if not re.fullmatch(r"[!-*,-~]{1,255}", text):
        raise Bad("not an origin")
    return text


class Note:
    """A signed note (5.2), not yet verified."""

    def __init__(self, data):
        try:
            note = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Bad("not UTF-8") from None
        if re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff]", note):
            raise Bad("a control character or byte order mark")
        cut = note.rfind("\n\n")
        if cut < 0 or not note.endswith("\n") or cut + 2 == len(note):
            raise Bad("no text, empty line and signatures")
        self.text, lines = note[:cut + 1], note[cut + 2:-1].split("\n")
        if len(lines) > 64 or len(set(lines)) != len(lines):
            raise Bad("too many signature lines, or the same one twice")
        self.signatures = []
        for line in lines:
            parts = line.split(" ", 2)
            if len(parts) != 3 or parts[0] != "\u2014" or not parts[1] or re.search(r"[\s+]", parts[1]):
                raise Bad("a signature line is malformed")
            signature = from_base64(parts[2])
            if len(signature) < 5:
                raise Bad("a signature is too short")
            self.signatures.append((parts[1], signature[:4], signature[4:]))

    def by(self, key):
        """What the lines say that claim to be the key's."""
        return [data for name, hash_, data in self.signatures if (name, hash_) == (key.origin, key.hash)]

    def sole(self, key, holds):
        """The one signature of the key; no other line may claim to be its."""
        ours = self.by(key)
        if not ours:
            return None
        if not all(holds(one) for one in ours):
            raise Bad("a signature of the key does not verify")
        if len(ours) > 1:
            raise Bad("the key has signed more than once")
        return ours[0]

    def open(self, key):
        """The text, if the key has signed it."""
        if self.sole(key, lambda one: signature_holds(key.public, self.text.encode(), one)) is None:
            raise Bad("the key has not signed")
        return self.text

    def cosigned_at(self, key):
        """When this witness cosigned (5.4), in Unix seconds, or None if it did not."""
        def holds(one):
            at = int.from_bytes(one[:8], "big")
            message = f"cosignature/v1\ntime {at}\n{self.text}"
            return len(one) == 72 and 0 < at <= SIZE_MAX and signature_holds(key.public, message.encode(), one[8:])

        found = self.sole(key, holds)
        return None if found is None else int.from_bytes(found[:8], "big")


class Checkpoint:
    """A signed checkpoint (5.3)."""

    def __init__(self, data, key):
        lines = Note(data).open(key).split("\n")
        if len(lines) != 4:
            raise Bad("a checkpoint has three lines")
        size, root = decimal(lines[1], SIZE_MAX), from_base64(lines[2])
        if origin_in(lines[0]) != key.origin or size is None or len(root) != 32:
            raise Bad("not the origin of the key, a size and a root")
        if size == 0 and root != tree_root([]):
            raise Bad("an empty tree has another root")
        self.size, self.root, self.by = size, root, key


def open_by_one_of(data, keys):
    """A checkpoint that one of these keys signed; if none did, the fault is the first one's."""
    try:
        return Checkpoint(data, keys[0])
    except Bad as fault:
        for key in keys[1:]:
            try:
                return Checkpoint(data, key)
            except Bad:
                pass
        raise fault


def shown(name):
    """A name as a report shows it, whatever its bytes are."""
    return name.decode("utf-8", "replace")


class Policy:
    """Which witnesses are trusted, and how many are enough (C2SP tlog-policy)."""

    def __init__(self, data):
        self.logs, self.witnesses, self.groups = [], {}, {}
        self.quorum, has_quorum, grouped = None, False, set()
        if data and not data.endswith(b"\n"):
            raise Bad("the policy must end in a newline")
        for line in data.split(b"\n"):
            if re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", line):
                raise Bad("a control character")
            words = [word for word in re.split(rb"[ \t]", line) if word]
            if not words or words[0].startswith(b"#"):
                continue
            keyword, words = words[0], words[1:]
            if keyword != b"quorum" and len(self.logs) + len(self.witnesses) + len(self.groups) >= 256:
                raise Bad("too many lines")
            if keyword == b"log":
                self._add_log(words)
            elif keyword == b"witness":
                self._add_witness(words)
            elif keyword == b"group":
                self._add_group(words, grouped)
            elif keyword == b"quorum":
                if len(words) != 1 or has_quorum or (words[0] != b"none" and not self._is_known(words[0])):
                    raise Bad("a quorum line names one witness or group, or none, and stands there once")
                has_quorum, self.quorum = True, None if words[0] == b"none" else words[0]
            else:
                raise Bad("none of log, witness, group and quorum")
        if not has_quorum:
            raise Bad("there is no quorum line")

    def _is_known(self, name):
        return name in self.witnesses or name in self.groups

    def _key(self, words, kind):
        if len(words) not in (1, 2):
            raise Bad("too many or too few words")
        try:
            key = Key(words[0].decode(), kind)
            [word.decode() for word in words]
        except UnicodeDecodeError:
            raise Bad("not UTF-8") from None
        return key

    def _add_log(self, words):
        key = self._key(words, 1)
        if any(log.public == key.public for log in self.logs):
            raise Bad("the key is listed already")
        self.logs.append(key)

    def _add_witness(self, words):
        name, key = words[0] if words else b"", self._key(words[1:], 4)
        if any(witness.public == key.public for witness in self.witnesses.values()):
            raise Bad("the key is listed already")
        if name == b"none" or self._is_known(name):
            raise Bad("the name is taken")
        self.witnesses[name] = key

    def _add_group(self, words, grouped):
        if len(words) < 3:
            raise Bad("too few words")
        name, threshold, members = words[0], words[1], words[2:]
        if name == b"none" or self._is_known(name):
            raise Bad("the name is taken")
        most = {b"all": len(members), b"any": 1}
        needed = most.get(threshold) or decimal(threshold.decode("latin-1"))
        if needed is None or not 1 <= needed <= len(members):
            raise Bad("the threshold is not all, any, or a number from 1 to that of the members")
        for member in members:
            if not self._is_known(member) or member in grouped:
                raise Bad("a member is not known, or in a group already")
            grouped.add(member)
        self.groups[name] = (needed, members)

    def is_about(self, key):
        return not self.logs or any(log == key for log in self.logs)

    def judge(self, note):
        """When each witness cosigned, which lines are bad, and whether the quorum is reached."""
        times, bad = {}, []
        for name, key in self.witnesses.items():
            try:
                at = note.cosigned_at(key)
            except Bad as fault:
                bad.append((name, fault))
                continue
            if at is not None:
                times[name] = at
        return times, bad, self.quorum is not None and self._holds(self.quorum, times)

    def _holds(self, name, times):
        if name in self.witnesses:
            return name in times
        needed, members = self.groups[name]
        return sum(self._holds(member, times) for member in members) >= needed


# ---------------------------------------------------------------- tiles (6)

def tile_path(level, number, width=256):
    """The path of a tile; level None is an entry bundle."""
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i:i + 3] for i in range(0, len(digits), 3)]
    groups = ["x" + group for group in groups[:-1]] + groups[-1:]
    end = "" if width == 256 else f".p/{width}"
    return f"tile/{'entries' if level is None else level}/{'/'.join(groups)}{end}"


_TILE = re.compile(r"tile/(entries|[0-9]+)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([0-9]+))?", re.ASCII)


def parse_tile(path):
    """(level, number, width) of a path in its one spelling, or None."""
    found = _TILE.fullmatch(path)
    if not found:
        return None
    level = None if found.group(1) == "entries" else int(found.group(1))
    number = int(found.group(2).replace("/", "").replace("x", ""))
    width = int(found.group(3) or 256)
    if (level or 0) > 63 or not 1 <= width <= 256 or number >= 2**64:
        return None
    return (level, number, width) if tile_path(level, number, width) == path else None


def tiles_of(level, size):
    """(number, width) of the tiles of one level of a ledger of this size."""
    count = size >> (8 * (level or 0))
    tiles = [(number, 256) for number in range(count // 256)]
    return tiles + ([(count // 256, count % 256)] if count % 256 else [])


def is_tile_of_size(tile, size):
    level, number, width = tile
    count = size >> (8 * (level or 0))
    return number < count // 256 if width == 256 else (number, width) == (count // 256, count % 256)


def divide(data):
    """The entries of an entry bundle, and what is left behind them."""
    entries, place = [], 0
    while place + 2 <= len(data):
        end = place + 2 + (data[place] << 8 | data[place + 1])
        if end > len(data):
            break
        entries.append(data[place + 2:end])
        place = end
    return entries, data[place:]


def well_framed(entries):
    """How many entries at the beginning are as long as they say themselves (8.3)."""
    count = 0
    for entry in entries:
        if len(entry) < 96 or 96 + struct.unpack_from(">I", entry, 92)[0] != len(entry):
            break
        count += 1
    return count


# ---------------------------------------------------------------- the container (7.1)

class Bundle:
    """The files of a tar that is written in the one way that a bundle is written."""

    def __init__(self, file):
        self.file, self.places = file, {}
        end = file.seek(0, 2)
        place, last = 0, b""
        while True:
            if end - place < 512:
                raise Bad("the tar ends before its end marker")
            file.seek(place)
            block = file.read(512)
            if block == bytes(512):
                if end - place != 1024 or file.read(512) != bytes(512):
                    raise Bad("the end marker is not 1,024 zero bytes and then nothing")
                return
            path, size = self._header(block)
            if path <= last:
                raise Bad("files are not sorted by path")
            last = path
            start = place + 512
            place = start + size + -size % 512
            if place > end:
                raise Bad("the tar ends within a file")
            file.seek(start + size)
            if file.read(-size % 512).strip(b"\0"):
                raise Bad("the padding is not zero")
            self.places[path.decode("ascii")] = (start, size)

    @staticmethod
    def _header(block):
        path, size = block[:100].rstrip(b"\0"), block[124:135]
        if not is_path(path) or not re.fullmatch(rb"[0-7]{11}", size):
            raise Bad("a header is malformed")
        made = bytearray(512)
        made[:100] = path.ljust(100, b"\0")
        made[100:157] = b"0000644\0" b"0000000\0" b"0000000\0" + size + b"\0" b"00000000000\0" b"        0"
        made[257:265] = b"ustar\0" b"00"
        made[148:156] = b"%07o\0" % sum(made)
        if bytes(made) != block:
            raise Bad("a header is not the one for its path and size")
        return path, int(size, 8)

    def size(self, path):
        return self.places[path][1]

    def read(self, path, most):
        """The bytes of a file; None if it has more than it can rightly have."""
        start, size = self.places[path]
        if size > most:
            return None
        self.file.seek(start)
        return self.file.read(size)

    def digest(self, path):
        start, size = self.places[path]
        self.file.seek(start)
        hasher = sha256()
        while size:
            chunk = self.file.read(min(size, 1 << 20))
            if not chunk:
                raise OSError("the bundle became shorter")
            hasher.update(chunk)
            size -= len(chunk)
        return hasher.digest()


def is_path(path):
    parts = path.split(b"/")
    return len(path) <= 100 and all(
        re.fullmatch(rb"[A-Za-z0-9._-]+", part) and part not in (b".", b"..") for part in parts)


# ---------------------------------------------------------------- entries (4)

GENESIS, RECORD, AMEND, ERASE, EXTEND, HOLD, RELEASE, KEY, ANCHOR, RECOVERY, ACCESS, RULES = range(12)
HEADER = struct.Struct(">4sBBBB16sQq32s16siI")
NO_RECORD = bytes(16)


class Entry:
    """One decoded entry (4.1 to 4.3)."""

    __slots__ = ("kind", "ledger", "index", "time", "prev", "record", "retain", "body")

    def __init__(self, data):
        if not 96 <= len(data) <= 65535:
            raise Bad("an entry has 96 to 65,535 bytes")
        (magic, self.kind, case, retention, form, self.ledger, self.index, self.time, self.prev, self.record,
         self.retain, length) = HEADER.unpack_from(data)
        self.body = data[96:]
        kind = self.kind
        if magic != b"KRB1" or kind > 11 or case > 12 or retention > 4 or self.index >= SIZE_MAX:
            raise Bad("magic, kind, case, class or index")
        if length != len(self.body):
            raise Bad("the length of the body")
        is_record, has_root = kind in (RECORD, AMEND), kind in (RECORD, AMEND, ACCESS)
        if form != (1 if is_record else 2 if kind == ACCESS else 0):
            raise Bad("the schema byte")
        if is_record != (case != 0) or (retention and not is_record):
            raise Bad("case or class do not go with the kind")
        if has_root != (self.record != NO_RECORD) or (not has_root and self.retain != NOTHING):
            raise Bad("record_id or retain_through do not go with the kind")
        if has_root:
            if length != (48 if kind == AMEND else 32):
                raise Bad("the length of the body root")
        elif self.body[:1] != b"{" or not is_object(self.body):
            raise Bad("the body is not a JSON object")

    def root(self):
        return self.body[-32:] if self.kind in (RECORD, AMEND, ACCESS) else None


def is_object(body):
    try:
        try:
            read_json(body)
        except TooDeep:
            skim(body.decode("utf-8"))
        return True
    except (Bad, UnicodeDecodeError):
        return False


def body_members(body, named, may_lack=()):
    try:
        return take_members(read_json(body), named, may_lack)
    except TooDeep:
        members = skim(body.decode("utf-8"))
    for name, _ in members:
        text_in(name)
    wanted = Members((name, read_json(text)) for name, text in members if name in named)
    return take_members(wanted, named, may_lack)


class Keys:
    """Which key signs at which size, as the entries say (4.4, 8.2)."""

    def __init__(self, genesis):
        body = body_members(genesis, ("origin", "vkey"))
        first = Key(text_in(body["vkey"]))
        if origin_in(text_in(body["origin"])) != first.origin:
            raise Bad("the origin is not the name of the key")
        self.list = [(0, first)]
        self.ends = [None]

    def add(self, index, data):
        body = body_members(data, ("vkey", "first_size", "old_key_ends", "revoked"), ("revoked",))
        key, size = Key(text_in(body["vkey"])), number_in(body["first_size"], SIZE_MAX)
        end = number_in(body["old_key_ends"], SIZE_MAX)
        is_revoked = body.get("revoked") is not None
        if is_revoked:
            text_in(body["revoked"])
        if key.origin != self.list[0][1].origin or size <= index or size < self.list[-1][0]:
            raise Bad("the change of key is not valid")
        self.list.append((size, key))
        # Where the key before ends; nowhere if it is revoked.
        self.ends.append(None if is_revoked else end)

    def _place(self, size):
        return [place for place, (first, _) in enumerate(self.list) if first <= size or place == 0][-1]

    def at(self, size):
        return self.list[self._place(size)][1]

    def beside(self, size):
        """The key before that of this size, as long as it may sign beside it."""
        place = self._place(size)
        is_over = place == 0 or self.ends[place] is None or size > self.ends[place]
        return None if is_over else self.list[place - 1][1]

    def since(self, key, size):
        """The places of the changes from this key to the one of this size, or None if it is none of theirs."""
        until = self._place(size) + 1
        known = [place for place in range(until) if self.list[place][1] == key]
        return range(known[-1] + 1, until) if known else None

    def open(self, data):
        """A checkpoint by the key of its size (8.8)."""
        note, checkpoint = Note(data), None
        for _, key in self.list:
            if note.by(key):
                checkpoint = Checkpoint(data, key)
        if checkpoint is None:
            raise Bad("no key of the ledger has signed")
        if not note.by(self.at(checkpoint.size)):
            raise NotAuthorised(checkpoint.size)
        return checkpoint


class Clock:
    """What later entries say of one record (8.5)."""

    def __init__(self, speaker):
        self.speaker, self.extended, self.is_held, self.erased = speaker, None, False, None


class Clocks(dict):
    def take(self, entry):
        """Takes what an entry says of others; gives a finding where it breaks a rule."""
        try:
            self._take(entry)
        except Bad as fault:
            return schema(str(fault), entry.index)
        return None

    def _take(self, entry):
        if entry.kind == ERASE:
            body = body_members(entry.body, ("basis", "records", "approved_by"), ("approved_by",))
            text_in(body["basis"]), list_in(body.get("approved_by", []), text_in)
            for target in list_in(body["records"], number_in):
                clock = self._of(entry, target)
                clock.erased = clock.erased or ((entry.time + 9 * 3600000) // 86400000, clock.is_held)
        elif entry.kind == EXTEND:
            records = list_in(body_members(entry.body, ("records",))["records"], _extension)
            for target, text in records:
                day = day_of(text)
                if day is None:
                    raise Bad("not a day")
                clock = self._of(entry, target)
                if clock.erased:
                    raise Bad(f"extends {target}, which was erased")
                first, speaker, last = clock.extended or (day, entry.index, day)
                if day < last:
                    raise Bad(f"would end the keeping of {target} earlier")
                clock.extended = (first, speaker, day)
        elif entry.kind in (HOLD, RELEASE):
            named = ("records", "reason") if entry.kind == HOLD else ("records",)
            body = body_members(entry.body, named)
            text_in(body.get("reason", ""))
            for target in list_in(body["records"], number_in):
                self._of(entry, target).is_held = entry.kind == HOLD

    def _of(self, entry, target):
        if target >= entry.index:
            raise Bad(f"names {target}, which is not before it")
        return self.setdefault(target, Clock(entry.index))

    def judge(self, index, stated, today):
        """Whether the record was erased, and what is wrong with its keeping."""
        clock = self.get(index)
        if clock is None:
            return False, Finding("OVERDUE", index) if _has_ended(stated, today) and stated != NOTHING else None
        last = clock.extended[2] if clock.extended else stated
        if clock.extended and stated not in (OPEN, NOTHING) and clock.extended[0] < stated:
            finding = schema(f"would end the keeping of {index} earlier", clock.extended[1])
        elif clock.erased:
            day, was_held = clock.erased
            # A day set by an extension is always a day.
            is_early = was_held or not (_has_ended(last, day) if not clock.extended else last < day)
            finding = Finding("ERASED_EARLY", index) if is_early else None
        else:
            is_late = last < today if clock.extended else _has_ended(last, today) and last != NOTHING
            finding = Finding("OVERDUE", index) if is_late and not clock.is_held else None
        return bool(clock.erased), finding


def _extension(value):
    one = take_members(value, ("index", "retain_through"))
    return number_in(one["index"]), text_in(one["retain_through"])


def _has_ended(last, day):
    if last == OPEN:
        return False
    return True if last == NOTHING else last < day


# ---------------------------------------------------------------- naming what was changed (8.3)

class Seen:
    """What is known of an entry, whatever its bytes are."""

    __slots__ = ("leaf", "prev", "claimed")

    def __init__(self, data):
        self.leaf = leaf(data)
        self.prev = data[40:72] if len(data) >= 72 else None
        self.claimed = struct.unpack_from(">Q", data, 24)[0] if len(data) >= 32 else None


def signed_list(seen, size, root, stored):
    """The list of leaf hashes that was signed, if it can be found."""
    def is_signed(hashes):
        return len(hashes) == size and tree_root(hashes) == root
    if stored is not None and is_signed(stored):
        return stored
    own = [entry.leaf for entry in seen[:size + 1]]
    if is_signed(own):
        return own
    if size > 2 * len(seen):
        return None
    offers = [[] for _ in range(size)]
    pairs = [(entry.claimed - 1, entry.prev) for entry in seen if entry.claimed and entry.prev is not None]
    pairs += [(entry.claimed, entry.leaf) for entry in seen if entry.claimed is not None]
    for place, hash_ in pairs:
        if place < size and hash_ not in offers[place] and len(offers[place]) < 3:
            offers[place].append(hash_)
    if not all(offers):
        return None
    open_places = [place for place in range(size) if len(offers[place]) > 1]
    hashes = [offer[0] for offer in offers]
    for combination in range(64):
        rest = combination
        for place in open_places:
            rest, choice = divmod(rest, len(offers[place]))
            hashes[place] = offers[place][choice]
        if rest:
            return None
        if is_signed(hashes):
            return hashes
    return None


def compare(seen, signed):
    """What happened to the entries, with the signed list in hand."""
    place_of = {hash_: place for place, hash_ in enumerate(signed)}
    matched = [place_of.get(entry.leaf) for entry in seen]
    missing = set(range(len(signed))) - {place for place in matched if place is not None}
    strangers = len(seen)
    while strangers and matched[strangers - 1] is None:
        strangers -= 1
    is_fork = len(seen) - strangers >= 2 and all(
        seen[i + 1].prev == seen[i].leaf for i in range(strangers, len(seen) - 1))
    fork = strangers if is_fork else len(seen)
    findings, taken, expected = [], set(), 0
    following = [len(signed)] * (len(seen) + 1)
    for place in range(len(seen) - 1, -1, -1):
        following[place] = following[place + 1] if matched[place] is None else matched[place]
    for place in range(fork):
        found = matched[place]
        if found is not None:
            if found in taken:
                findings.append(Finding("ENTRY_INSERTED", place))
            taken.add(found)
            expected = found + 1
            continue
        claimed = seen[place].claimed
        is_claim_good = claimed is not None and expected <= claimed < following[place] and claimed in missing
        replaced = claimed if is_claim_good else expected
        if replaced in missing:
            missing.discard(replaced)
            findings.append(Finding("ENTRY_MODIFIED", replaced))
            expected = replaced + 1
        else:
            findings.append(Finding("ENTRY_INSERTED", place))
    order = list(dict.fromkeys(place for place in matched if place is not None))
    for found, sorted_place in zip(order, sorted(order)):
        if found != sorted_place:
            findings.append(Finding("REORDERED", sorted_place))
            break
    if is_fork:
        first = min(fork, _start_of_last_run(missing)) if missing else fork
        missing = {place for place in missing if place < first}
        findings.append(Finding("FORK_AT", first))
    tail = len(signed)
    if missing and max(missing) == len(signed) - 1:
        tail = _start_of_last_run(missing)
        findings.append(Finding("TAIL_TRUNCATED", tail, detail=f"{tail} of {len(signed)}"))
    findings += [Finding("ENTRY_MISSING", place) for place in sorted(missing) if place < tail]
    return findings


def _start_of_last_run(numbers):
    start = max(numbers)
    while start - 1 in numbers:
        start -= 1
    return start


def read_tears(seen, size, fork):
    """Without the signed list: the first place where links or indices do not fit, and whether the tail is there."""
    findings = []
    for place, entry in enumerate(seen):
        is_linked = place == 0 or entry.prev == seen[place - 1].leaf
        later = seen[place + 1:place + 2]
        if entry.claimed != place:
            fits = later[0].claimed == place + 1 if later else is_linked
            if fits:
                code = "ENTRY_MODIFIED"
            elif entry.claimed is not None and entry.claimed < place:
                code = "ENTRY_INSERTED"
            elif any(other.claimed == place for other in seen[place + 1:]):
                code = "REORDERED"
            else:
                code = "ENTRY_MISSING"
            findings.append(Finding(code, place))
            break
        if not is_linked:
            findings.append(Finding("ENTRY_MODIFIED", place - 1 if later else place))
            break
    if len(seen) < size:
        findings.append(Finding("TAIL_TRUNCATED", len(seen), detail=f"{len(seen)} of {size}"))
    elif len(seen) > size and not findings:
        findings.append(Finding("ENTRY_INSERTED", size))
    if not findings and fork is not None:
        findings.append(Finding("FORK_AT", fork))
    elif not findings and seen:
        findings.append(Finding("ENTRY_MODIFIED", len(seen) - 1))
    return findings


# ---------------------------------------------------------------- openings (3, 7.3, 8.4)

FIELD_TAG, ROW_TAG = b"kirokubo/fld/001", b"kirokubo/row/001"
MEMBERS = ("index", "field", "row", "value", "salt", "path", "withheld")


class Line:
    """One line of an openings file."""

    __slots__ = ("index", "field", "row", "value", "salt", "path", "withheld")

    def __init__(self, data):
        if b"\r" in data or len(data) > LINE_MAX:
            raise Bad("a carriage return, or too long")
        found = take_members(read_json(data), MEMBERS, MEMBERS[1:], may_have_others=False)
        self.index = number_in(found["index"], SIZE_MAX - 1)
        self.field = number_in(found["field"], 16) if "field" in found else None
        self.row = number_in(found["row"]) if "row" in found else None
        self.value = text_in(found["value"]) if "value" in found else None
        self.salt = from_hex(text_in(found["salt"]), 32) if "salt" in found else None
        self.path = list_in(found["path"], lambda one: from_hex(text_in(one), 32)) if "path" in found else None
        self.withheld = text_in(found["withheld"]) if "withheld" in found else None
        if self.field == 0 or (self.field is not None and self.row is not None):
            raise Bad("no field, or field and row")
        is_opening = self.value is not None and self.salt is not None and self.withheld is None
        is_withheld = self.withheld is not None and self.value is None and self.salt is None and self.path is None
        if not is_withheld and not (is_opening and (self.field or self.row is not None)):
            raise Bad("neither an opening nor something withheld")


class Lines:
    """The lines of all openings files in their order, with the memory of one line. Each is a Line or a fault."""

    def __init__(self, bundle):
        self.bundle, self.waiting = bundle, None
        self.paths = [path for path in sorted(bundle.places) if is_openings_file(path)]
        self.source = self._all()

    def _all(self):
        for path in self.paths:
            for number, data in enumerate(self._split(path), 1):
                try:
                    if data is None:
                        raise Bad("without its end, or too long")
                    line = Line(data)
                except Bad:
                    # What follows may not begin where a line begins.
                    yield f"line {number} of {path} is not an opening"
                    break
                yield line

    def _split(self, path):
        """The lines of a file; None in the place of one that does not end or is too long."""
        start, size = self.bundle.places[path]
        buffer, read = b"", 0
        while True:
            lines = buffer.split(b"\n")
            buffer = lines.pop()
            yield from lines
            if len(buffer) > LINE_MAX or (read == size and buffer):
                yield None
                return
            if read == size:
                return
            # A long line is searched again for its end, so it is read in larger and larger pieces.
            self.bundle.file.seek(start + read)
            chunk = self.bundle.file.read(min(size - read, max(1 << 16, len(buffer))))
            if not chunk:
                raise OSError("the bundle became shorter")
            read, buffer = read + len(chunk), buffer + chunk

    def next(self):
        line, self.waiting = self.waiting, None
        return line if line is not None else next(self.source, None)

    def put_back(self, line):
        self.waiting = line


def is_openings_file(path):
    return re.fullmatch(r"openings/[0-9]{3}\.ndjson", path, re.ASCII) is not None


def commitment(tag, line, entry, number, value):
    return sha256(tag + line.salt + entry.ledger + entry.record + number
                  + struct.pack(">I", len(value)) + value).digest()


def parse_principals(text):
    """(count, root) of field 4 in its one spelling (3.3)."""
    found = re.fullmatch(r'\{"count":([1-9][0-9]*),"root":"([A-Za-z0-9+/]{43}=)"\}', text, re.ASCII)
    if not found or decimal(found.group(1), SIZE_MAX) is None:
        return None
    try:
        return int(found.group(1)), from_base64(found.group(2))
    except Bad:
        return None


MISSING, OPENED, PROVEN, MISMATCHED, WITHHELD = range(5)


class Record:
    """The lines of one record against its body root."""

    def __init__(self, entry):
        self.entry, self.index = entry, entry.index
        self.state, self.commitment = [MISSING] * 17, [None] * 17
        self.rows = "unknown"
        self.next_row, self.gaps, self.wrong_rows, self.tree = 0, [], [], Tree()
        self.has_unproven_row = self.is_rest_withheld = False
        self.faults, self.opened, self.withheld = [], 0, 0

    def take(self, line):
        if line.withheld is None:
            self.opened += 1
        else:
            self.withheld += 1
        try:
            if self.is_rest_withheld:
                raise Bad("something stands behind what withholds the rest")
            if line.withheld is not None and line.field is None and line.row is None:
                self.is_rest_withheld = True
            elif line.field is not None:
                self._field(line)
            else:
                self._row(line)
        except Bad as fault:
            self.faults.append(str(fault))

    def _value(self, line):
        if "\0" in line.value:
            raise Bad("a value contains NUL")
        return line.value.encode("utf-8")

    def _field(self, line):
        number, state = line.field, WITHHELD
        if line.withheld is None:
            data = self._value(line)
            made = commitment(FIELD_TAG, line, self.entry, struct.pack(">H", number), data)
            if line.path is None:
                state = OPENED
            elif leads_to(leaf(made), number - 1, 16, line.path, self.entry.root()):
                state = PROVEN
            else:
                state = MISMATCHED
        if self.state[number] != MISSING or self.next_row:
            raise Bad("an opening is repeated or out of order")
        self.state[number] = state
        if line.withheld is None:
            self.commitment[number] = made
            if number == 4:
                self.rows = "none" if line.value == "" else parse_principals(line.value) or "unreadable"
                if self.rows == "unreadable":
                    raise Bad("field 4 is malformed")

    def _row(self, line):
        row = line.row
        data = self._value(line) if line.withheld is None else None
        if row < self.next_row or row == 2**64 - 1:
            raise Bad("an opening is repeated or out of order")
        if row > self.next_row:
            self.gaps.append(self.next_row)
        self.next_row = row + 1
        is_known = isinstance(self.rows, tuple)
        if line.withheld is not None:
            if self.rows == "none" or (is_known and row >= self.rows[0]):
                self.wrong_rows.append(row)
            return
        made = leaf(commitment(ROW_TAG, line, self.entry, struct.pack(">Q", row), data))
        self.tree.push(made)
        if is_known and line.path is not None:
            is_good = leads_to(made, row, self.rows[0], line.path, self.rows[1])
        elif is_known:
            is_good = row < self.rows[0]
            self.has_unproven_row = self.has_unproven_row or is_good
        else:
            is_good = self.rows == "unreadable"
        if not is_good:
            self.wrong_rows.append(row)

    def finish(self):
        index, fields = self.index, range(1, 17)
        findings = [schema(fault, index) for fault in self.faults]
        is_silent = all(self.state[field] == MISSING for field in fields) and not self.next_row
        if is_silent and not self.is_rest_withheld:
            return findings + [Finding("OPENING_MISSING", index)]
        is_any_missing = not self.is_rest_withheld and any(self.state[field] == MISSING for field in fields)
        is_complete = all(self.state[field] in (OPENED, PROVEN) for field in fields)
        if is_complete:
            if tree_root([leaf(self.commitment[field]) for field in fields]) != self.entry.root():
                findings.append(Finding("OPENING_MISMATCH", index))
        elif is_any_missing and OPENED in self.state:
            findings.append(Finding("OPENING_MISMATCH", index))
        for field in fields:
            state = self.state[field]
            if state == MISSING and is_any_missing:
                findings.append(Finding("OPENING_MISSING", index, field))
            elif state == MISMATCHED or (state == OPENED and not is_complete and not is_any_missing):
                findings.append(Finding("OPENING_MISMATCH", index, field))
        if isinstance(self.rows, tuple) and self.next_row < self.rows[0]:
            self.gaps.append(self.next_row)
        if not self.is_rest_withheld:
            findings += [Finding("OPENING_MISSING", index, row=row) for row in self.gaps]
        findings += [Finding("OPENING_MISMATCH", index, row=row) for row in self.wrong_rows]
        if self.has_unproven_row and (self.tree.size, self.tree.root()) != self.rows:
            findings.append(Finding("OPENING_MISMATCH", index, 4))
        return findings


# ---------------------------------------------------------------- the audit (8.2)

class Run:
    """The entries as far as each continues the one before."""

    def __init__(self, done, sizes):
        self.tree, self.ledger, self.last_leaf, self.last_time = Tree(done), None, None, None
        self.keys, self.clocks, self.findings = None, Clocks(), []
        self.sizes, self.roots = set(sizes), {0: tree_root([])}

    def push(self, data):
        """Takes the next entry; raises Bad where it breaks a rule, with the code as second argument."""
        entry = Entry(data)
        if entry.index != self.tree.size:
            raise Bad("not at its index", "SCHEMA")
        if self.ledger is None:
            expected = sha256(b"kirokubo/gen/001" + entry.ledger).digest()
        else:
            expected = self.last_leaf
            if entry.ledger != self.ledger:
                raise Bad("of another ledger", "SCHEMA")
        if entry.prev != expected:
            raise Bad("does not carry the leaf hash of the one before", "SCHEMA")
        if self.last_time is not None and entry.time < self.last_time:
            raise Bad("the time goes back", "TIME_REGRESSION")
        if (self.keys is None) != (entry.kind == GENESIS):
            raise Bad("the first entry, and no other, is a genesis", "SCHEMA")
        if entry.kind == GENESIS:
            self.keys = Keys(entry.body)
        elif entry.kind == KEY:
            self.keys.add(entry.index, entry.body)
        elif ERASE <= entry.kind <= RELEASE:
            finding = self.clocks.take(entry)
            if finding:
                self.findings.append(finding)
        self.ledger, self.last_time, self.last_leaf = entry.ledger, entry.time, leaf(data)
        self.tree.push(self.last_leaf)
        if self.tree.size in self.sizes:
            self.roots[self.tree.size] = self.tree.root()


class Audit:
    """One verification, from the container to the last value."""

    def __init__(self, file, key, held, policy, today, progress):
        self.file, self.key, self.today, self.progress = file, key, today, progress
        # The key that signed the bundle: the auditor's, or one that it leads to.
        self.signer, self.policy, self.witnesses = key, policy, None
        self.held = [[checkpoint, "not_compared"] for checkpoint in held]
        self.findings, self.checkpoint, self.scope, self.entries = Findings(), None, None, 0
        self.counts = {"records": 0, "erased": 0, "opened": 0, "withheld": 0, "values": "not_judged"}
        self.not_judged = []

    def run(self):
        try:
            self.bundle = Bundle(self.file)
        except Bad as fault:
            self.findings.add(schema(f"the container: {fault}"))
            return
        self.signer = self._find_signer()
        self.checkpoint = self._checkpoint("checkpoint", lambda data: Checkpoint(data, self.signer))
        if self.checkpoint is None:
            return
        size, root = self.checkpoint.size, self.checkpoint.root
        at_size = {size: root}
        self._judge_witnesses()
        self._compare_held(lambda held: held.size >= size, at_size, size)
        self._scope()
        self._manifest()
        self._names()
        run = self._structure()
        if run:
            self._openings(run.clocks)

    # -- files

    def _read(self, path, most=SMALL_MAX):
        data = None
        if path not in self.bundle.places:
            self.findings.add(schema(f"file {path} is missing"))
        else:
            data = self.bundle.read(path, most)
            if data is None:
                self.findings.add(schema(f"file {path} is too large"))
        return data

    def _checkpoint(self, path, opened):
        data = self._read(path)
        try:
            return None if data is None else opened(data)
        except Bad as fault:
            self.findings.add(Finding("CHECKPOINT_SIGNATURE", detail=f"{path}: {fault}"))
        except NotAuthorised as size:
            self.findings.add(Finding("KEY_NOT_AUTHORISED", detail=f"{path}: size {size}"))
        return None

    def _peek(self, path):
        """A small file, if it is there; those who need it say what is wrong with it."""
        return self.bundle.read(path, SMALL_MAX) if path in self.bundle.places else None

    # -- keys (8.8)

    def _find_signer(self):
        """The auditor's key, or the last of those that the bundle lists behind it and that claims to have signed."""
        note, data = self._peek("checkpoint"), self._peek("keys")
        if note is None or data is None:
            return self.key
        try:
            note, listed = Note(note), [key for _, key in self._key_list(data)]
        except Bad:
            return self.key
        places = [place for place, key in enumerate(listed) if key == self.key]
        later = listed[places[0]:] if places else []
        signed = [key for key in later if key.origin == self.key.origin and note.by(key)]
        return signed[-1] if signed else self.key

    def _key_list(self, data):
        found = take_members(read_json(data), ("keys",), (), False)
        return list_in(found["keys"], self._listed_key)

    def _refuse_key(self, size):
        self.findings.add(Finding("KEY_NOT_AUTHORISED", detail=f"size {size}"))

    def _check_signer(self, keys):
        """The key that signed must be that of the size, and the auditor's must lead to it, change by change."""
        size = self.checkpoint.size
        if not keys.at(size) == self.signer:
            self._refuse_key(size)
            return
        if self.signer == self.key:
            return
        key, changes = self.key, keys.since(self.key, size)
        if changes is None:
            self._refuse_key(size)
            return
        for place in changes:
            first = keys.list[place][0]
            if keys.ends[place] is None or not self._is_handed_over(first, key):
                self._refuse_key(first)
                return
            key = keys.list[place][1]

    def _is_handed_over(self, first, key):
        note = self._peek("checkpoint" if first == self.checkpoint.size else f"checkpoints/{first}")
        try:
            return note is not None and Checkpoint(note, key).size == first
        except Bad:
            return False

    def _check_held_keys(self, keys):
        for held, _ in self.held:
            beside = keys.beside(held.size)
            is_meant = keys.at(held.size) == held.by or (beside is not None and beside == held.by)
            if not is_meant and any(key == held.by for _, key in keys.list):
                self._refuse_key(held.size)

    # -- witnesses

    def _judge_witnesses(self):
        if self.policy is None:
            return
        through = None
        for path in self.bundle.places:
            size = decimal(path[12:], SIZE_MAX) if path.startswith("checkpoints/") else None
            if size is None:
                continue
            _, is_witnessed = self._judge_note(path)
            if is_witnessed and size < self.checkpoint.size:
                through = max(through or 0, size)
        times, is_witnessed = self._judge_note("checkpoint")
        if is_witnessed:
            through = self.checkpoint.size
        self.witnesses = {
            "quorum": self.policy.quorum and shown(self.policy.quorum), "reached": is_witnessed,
            "cosigned": [{"witness": shown(name), "time": at} for name, at in times.items()],
            "through_size": through,
        }

    def _judge_note(self, path):
        data = self._peek(path)
        try:
            note = Note(data or b"")
        except Bad:
            return {}, False
        times, bad, is_witnessed = self.policy.judge(note)
        for name, fault in bad:
            self.findings.add(Finding("COSIGNATURE", detail=f"{path}: witness {shown(name)}: {fault}"))
        return times, is_witnessed

    def _scope(self):
        data = self._read("scope")
        if data is None:
            return
        try:
            found = take_members(read_json(data), ("scope", "size", "from_size"), ("from_size",), False)
            scope, size = text_in(found["scope"]), number_in(found["size"])
            first = number_in(found["from_size"]) if "from_size" in found else None
            if scope not in SCOPES:
                raise Bad("no such scope")
        except Bad as fault:
            self.findings.add(schema(f"file scope: {fault}"))
            return
        self.scope = scope
        if first is not None:
            if 0 < first < self.checkpoint.size:
                raise Usage("a delta (7.4): this program judges bundles of the whole ledger only")
            self.findings.add(schema("file scope: a delta begins between 0 and the size"))
        if size != self.checkpoint.size:
            self.findings.add(schema("file scope: not the size of the checkpoint"))

    def _manifest(self):
        note = self._read("manifest", MANIFEST_MAX)
        if note is None:
            return
        try:
            text = Note(note).open(self.signer)
        except Bad as fault:
            self.findings.add(Finding("CHECKPOINT_SIGNATURE", detail=f"manifest: {fault}"))
            return
        try:
            listed = self._listed(text)
        except Bad as fault:
            self.findings.add(schema(f"file manifest: {fault}"))
            return
        for path in listed:
            if path not in self.bundle.places:
                self.findings.add(schema(f"file {path} is missing"))
        done, total = 0, sum(size for _, size in self.bundle.places.values())
        for path in self.bundle.places:
            if path == "manifest":
                continue
            if path not in listed:
                self.findings.add(schema(f"file {path} is not in the manifest"))
            elif listed[path] != (self.bundle.size(path), self.bundle.digest(path)):
                self.findings.add(schema(f"file {path} is not what the manifest says"))
            done += self.bundle.size(path)
            self.progress("files", done, total)

    @staticmethod
    def _listed(text):
        listed, last = {}, b""
        for line in text[:-1].split("\n"):
            parts = line.split(" ")
            size = decimal(parts[1]) if len(parts) == 3 else None
            if size is None or not is_path(parts[0].encode()) or parts[0] == "manifest":
                raise Bad("a line is malformed")
            if parts[0].encode() <= last:
                raise Bad("lines are not sorted")
            last = parts[0].encode()
            listed[parts[0]] = (size, from_hex(parts[2], 32))
        return listed

    def _names(self):
        number, is_gap_named = 0, False
        for path in self.bundle.places:
            if re.fullmatch(r"timestamps/(0|[1-9][0-9]*)\.tsr", path):
                self.not_judged.append(path)
            if not self._is_known(path):
                self.findings.add(schema(f"file {path} is not one that a bundle has"))
            if is_openings_file(path):
                if path != f"openings/{number:03}.ndjson" and not is_gap_named:
                    self.findings.add(schema(f"file openings/{number:03}.ndjson is missing"))
                    is_gap_named = True
                number += 1
                if not self.bundle.size(path):
                    self.findings.add(schema(f"file {path} is empty"))

    @staticmethod
    def _is_known(path):
        if path in ("README.ja.txt", "checkpoint", "keys", "manifest", "scope", "verify.py"):
            return True
        if path.startswith("tile/"):
            return parse_tile(path) is not None
        name = path.partition("/")[2] if path.startswith("checkpoints/") else ""
        if path.startswith("timestamps/") and path.endswith(".tsr"):
            name = path[len("timestamps/") : -len(".tsr")]
        return is_openings_file(path) or decimal(name, SIZE_MAX) is not None

    # -- structure

    def _structure(self):
        size, root = self.checkpoint.size, self.checkpoint.root
        older = sorted((decimal(path[12:], SIZE_MAX), path) for path in self.bundle.places
                       if path.startswith("checkpoints/") and decimal(path[12:], SIZE_MAX) is not None)
        files = sorted((tile, path) for tile, path in ((parse_tile(path), path) for path in self.bundle.places)
                       if tile and tile[0] is None)
        files = [(tile, path) for tile, path in sorted(files, key=lambda one: one[0][1:])]
        wrong_tiles = []

        def compare_tile(level, number, hashes):
            path = tile_path(level, number, len(hashes))
            if path in self.bundle.places and self.bundle.read(path, 8192) != b"".join(hashes):
                wrong_tiles.append(path)

        run = Run(compare_tile, [one for one, _ in older] + [held.size for held, _ in self.held])
        odd, undivided, broken, count = None, None, None, 0
        done, total = 0, sum(self.bundle.size(path) for _, path in files)
        for tile, path in files:
            entries, rest = self._divide(path)
            for place, data in enumerate(entries or []):
                try:
                    run.push(data)
                except Bad as fault:
                    broken = (fault.args + ("SCHEMA",))[:2]
                    break
            if broken:
                break
            if entries is None or rest:
                undivided = (count + well_framed(entries or []), path)
                break
            if len(entries) != tile[2] and not odd:
                odd = path
            count += len(entries)
            done += self.bundle.size(path)
            self.progress("entries", done, total)
        self.findings.extend(run.findings)
        self.entries = run.tree.size
        if broken or (run.tree.size, run.tree.root()) != (size, root):
            self._explain(run, files, older, broken)
            return None
        if undivided:
            self.findings.add(schema(f"{undivided[1]} cannot be divided", undivided[0]))
        if odd:
            self.findings.add(schema(f"file {odd} has another number of entries than its name says"))
        elif [tile[1:] for tile, _ in files] != tiles_of(None, size):
            self.findings.add(schema("the entry bundles are not those of this size"))
        for level, hashes in enumerate(run.tree.levels):
            if hashes:
                compare_tile(level, run.tree.numbers[level], hashes)
        for path in wrong_tiles:
            self.findings.add(schema(f"file {path} is not what the entries make"))
        self._keys(run.keys)
        if run.keys:
            self.findings.extend(self._older(older, run.keys, run.roots, size))
        for path in self.bundle.places:
            tile = parse_tile(path)
            if tile and not is_tile_of_size(tile, size):
                self.findings.add(schema(f"file {path} is not one of a ledger of this size"))
        self._compare_held(lambda held: held.size < size, run.roots, size)
        return run

    def _divide(self, path):
        data = self.bundle.read(path, ENTRIES_FILE_MAX)
        return (None, b"") if data is None else divide(data)

    def _explain(self, run, files, older, broken):
        """Names what happened to entries that are not the signed ones, or are and break a rule."""
        size, root = self.checkpoint.size, self.checkpoint.root
        seen, undivided = [], None
        for _, path in files:
            entries, rest = self._divide(path)
            before = len(seen)
            seen += [Seen(data) for data in entries or []]
            if entries is None or rest:
                undivided = before + well_framed(entries or [])
                self.findings.add(schema(f"{path} cannot be divided", undivided))
                break
        signed = signed_list(seen, size, root, self._stored(size))
        roots, whole = run.roots, None
        if signed is not None:
            tree, roots, whole = Tree(), {0: tree_root([])}, size
            for hash_ in signed:
                tree.push(hash_)
                if tree.size in run.sizes:
                    roots[tree.size] = tree.root()
        contradictions = []
        if run.keys:
            known = [one for one in older if one[0] <= run.tree.size]
            contradictions = self._older(known, run.keys, roots, whole)
        contradictions += self._held_findings(lambda held: held.size < size, roots, whole)
        if signed is not None:
            named = compare(seen, signed)
        else:
            forks = [finding.index for finding in contradictions if finding.index is not None]
            named = read_tears(seen[:undivided], size, min(forks, default=None))
        if broken and not named:
            named = [Finding(broken[1], run.tree.size, detail=broken[0])]
        self.findings.extend(named + contradictions)

    def _stored(self, size):
        hashes = []
        for number, width in tiles_of(0, size):
            path = tile_path(0, number, width)
            data = self.bundle.read(path, 8192) if path in self.bundle.places else None
            if not data or len(data) % 32:
                return None
            hashes += [data[i:i + 32] for i in range(0, len(data), 32)]
        return hashes

    def _keys(self, keys):
        if keys is None:
            return
        self._check_signer(keys)
        self._check_held_keys(keys)
        data = self._read("keys")
        if data is None:
            return
        try:
            listed = self._key_list(data)
        except Bad as fault:
            self.findings.add(schema(f"file keys: {fault}"))
            return
        if listed != keys.list:
            self.findings.add(schema("file keys: not those that the entries name"))

    @staticmethod
    def _listed_key(value):
        one = take_members(value, ("vkey", "first_size"), (), False)
        return number_in(one["first_size"]), Key(text_in(one["vkey"]))

    def _older(self, older, keys, roots, whole):
        findings = []
        for size, path in sorted(older, key=lambda one: one[1]):
            checkpoint = self._checkpoint(path, keys.open)
            if checkpoint and checkpoint.size != size:
                self.findings.add(schema(f"file {path} is of another size"))
            elif checkpoint:
                outcome, finding = against(checkpoint, roots, whole, False)
                findings += [finding] if finding else []
        return findings

    def _held_findings(self, is_meant, roots, whole):
        findings = []
        for pair in self.held:
            if is_meant(pair[0]):
                pair[1], finding = against(pair[0], roots, whole, True)
                findings += [finding] if finding else []
        return findings

    def _compare_held(self, is_meant, roots, whole):
        self.findings.extend(self._held_findings(is_meant, roots, whole))

    # -- openings

    def _openings(self, clocks):
        lines = Lines(self.bundle)
        self.counts["values"] = "judged"
        if self.scope == "structure":
            self.counts["values"] = "not_in_scope"
            if lines.paths:
                self.findings.add(schema("there are openings outside the scope"))
        elif self.scope is None and not lines.paths:
            self.counts["values"] = "not_judged"
        if self.counts["values"] != "judged":
            lines = None
        number = 0
        size = self.checkpoint.size
        for place, width in tiles_of(None, size):
            entries, _ = self._divide(tile_path(None, place, width)) if (
                tile_path(None, place, width) in self.bundle.places) else ([], b"")
            for data in entries:
                self._one(Entry(data), clocks, lines)
                number += 1
            self.progress("openings", number, size)
        while lines:
            line = lines.next()
            if line is None:
                break
            is_fault = isinstance(line, str)
            self.findings.add(schema(line) if is_fault else schema("has openings but is no record", line.index))

    def _one(self, entry, clocks, lines):
        if entry.root() is None:
            if entry.index in clocks:
                self.findings.add(schema(f"names {entry.index}, which is no record", clocks[entry.index].speaker))
            for _ in self._lines_of(lines, entry.index):
                self.findings.add(schema("has openings but is no record", entry.index))
            return
        self.counts["records"] += 1
        is_erased, finding = clocks.judge(entry.index, entry.retain, self.today)
        self.findings.add(finding)
        if lines is None:
            self.counts["erased"] += is_erased
            return
        record = Record(entry)
        for line in self._lines_of(lines, entry.index):
            record.take(line)
        self.counts["withheld"] += record.withheld
        findings = record.finish()
        if is_erased:
            self.counts["erased"] += 1
            if record.opened:
                self.findings.add(Finding("OVERDUE", entry.index, detail="it was erased and is here"))
            findings = [finding for finding in findings if finding.code == "SCHEMA"]
        elif all(finding.code == "OPENING_MISSING" for finding in findings):
            self.counts["opened"] += record.opened
        self.findings.extend(findings)

    def _lines_of(self, lines, index):
        while lines:
            line = lines.next()
            if line is None:
                return
            if isinstance(line, str):
                self.findings.add(schema(line))
            elif line.index > index:
                lines.put_back(line)
                return
            elif line.index < index:
                self.findings.add(schema("an opening is out of order", line.index))
            else:
                yield line

    # -- the verdict (8.8)

    def status(self):
        if self.findings.worst:
            return self.findings.worst
        is_whole = self.scope == "full" and not self.counts["withheld"] and not self.not_judged
        if not is_whole:
            return 11
        return 0 if self.witnesses and self.witnesses["reached"] else 10

    def fork(self):
        """Between which sizes the history parts from the one that the auditor holds."""
        indices = [finding.index for finding in self.findings.listed if finding.held and finding.index is not None]
        if not indices:
            return None
        agreeing = [held.size for held, outcome in self.held if outcome == "agrees" and held.size <= min(indices)]
        return {"common": max(agreeing, default=0), "differs_by": min(indices)}

    def to_json(self):
        size = self.checkpoint.size if self.checkpoint else None
        some = {} if self.signer == self.key else {"later_vkey": self.signer.text}
        some.update({"witnesses": self.witnesses} if self.witnesses else {})
        return {
            **some,
            "result": RESULTS[self.status()], "exit": self.status(), "origin": self.key.origin, "size": size,
            "root": self.checkpoint.root.hex() if self.checkpoint else None, "scope": self.scope,
            "held": held_json(self.held[0]) if self.held else None,
            "checkpoints": [held_json(one) for one in self.held], "fork": self.fork(),
            "today": day_text(self.today), "entries": self.entries, "openings": self.counts,
            "not_judged": self.not_judged, "findings_total": self.findings.total,
            "findings": [finding.to_json() for finding in self.findings.listed],
            "verifier": {"name": "verify.py", "version": VERSION},
        }


RESULTS = {0: "valid_witnessed", 10: "valid_unwitnessed", 11: "valid_incomplete", 20: "retention", 30: "contradiction", 40: "invalid"}


def held_json(pair):
    return {"size": pair[0].size, "outcome": pair[1]}


def against(checkpoint, roots, whole, is_held):
    """Holds a checkpoint against a history with these roots. `whole` is where that ends, if it is known to end."""
    size = checkpoint.size
    if size in roots:
        if roots[size] == checkpoint.root:
            return "agrees", None
        return "contradicts", Finding("FORK_AT", size - 1, held=is_held)
    if whole is None:
        return "not_compared", None
    return "contradicts", Finding("TAIL_TRUNCATED", whole, detail=f"{whole} of {size}", held=is_held)


# ---------------------------------------------------------------- the program

def progress_bar(is_wanted):
    """Tells how far it is, with rate and time left, on a terminal only."""
    state = {"at": 0.0, "step": None, "began": 0.0}

    def tell(step, done, total):
        now = time.monotonic()
        if state["step"] != step:
            state.update(step=step, began=now)
        if now - state["at"] < 0.2 and done < total:
            return
        state["at"] = now
        left = (now - state["began"]) * (total - done) / done if done else 0
        sys.stderr.write(f"\r\x1b[K{step} {100 * done // (total or 1)} %  {left:.0f} s")
        sys.stderr.flush()

    return tell if is_wanted else lambda *_: None


def print_report(report):
    print(f"判定 / Verdict: {report['result']} ({report['exit']})")
    print(f"台帳 / Ledger: {report['origin']}")
    print(f"件数 / Entries: {report['entries']} ({report['size']} signed), 範囲 / scope: {report['scope']}")
    if "later_vkey" in report:
        print(f"署名した鍵（お手元の鍵の後継） / Signed by a later key: {report['later_vkey']}")
    if "witnesses" in report:
        cosigned = ", ".join(one["witness"] for one in report["witnesses"]["cosigned"]) or "-"
        print(f"立会人 / Witnesses: {cosigned}; 方針 / policy: {'満たす / reached' if report['witnesses']['reached'] else '満たさない / not reached'}")
    for held in report["checkpoints"]:
        print(f"お手元のチェックポイント / The checkpoint you hold: {held['size']} {held['outcome']}")
    counts = report["openings"]
    print("記録 / Records: {records}, 消去 / erased: {erased}, 開示値 / opened: {opened}, "
          "非開示 / withheld: {withheld} ({values})".format(**counts))
    print(f"保存期間の判定日 / Retention judged for: {report['today']}")
    for path in report["not_judged"]:
        print(f"判定していないファイル / Not judged: {path}")
    print(f"指摘 / Findings: {report['findings_total']}")
    for finding in report["findings"]:
        place = "".join(f" {name} {finding[name]}" for name in ("index", "field", "row") if finding[name] is not None)
        print(f"  [{finding['code']}]{place}\n      {finding['ja']}\n      {finding['en']}")
    print("この検証が示さないこと / What this does not show: 記録された内容が事実であること、すべてが記録されたこと。"
          " That an entry was true when it was made, or that everything was entered.")


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description="監査用バンドルの検証 / verifies an audit bundle, offline")
    parser.add_argument("bundle")
    parser.add_argument("--vkey", required=True, help="検証鍵 / the key, obtained from its owner by another way")
    parser.add_argument("--checkpoint", action="append", default=[], help="a checkpoint you fetched earlier")
    parser.add_argument("--checkpoint-vkey", action="append", default=[], help="a key that signed one, if an earlier one")
    parser.add_argument("--policy", help="立会人の方針 / which witnesses you trust, and how many are enough (tlog-policy)")
    parser.add_argument("--today", help="YYYY-MM-DD, the day for which retention is judged")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


def today_in_japan():
    return int((time.time() + 9 * 3600) // 86400)


def read_policy(path, key):
    if path is None:
        return None
    try:
        with open(path, "rb") as file:
            policy = Policy(file.read())
    except Bad as fault:
        raise Usage(f"the policy: {fault}") from None
    if not policy.is_about(key):
        raise Usage("the policy lists other logs than this one")
    return policy


def audit(options):
    try:
        key = Key(options.vkey)
        held = []
        for path in options.checkpoint:
            with open(path, "rb") as file:
                held.append(open_by_one_of(file.read(), [key] + [Key(text) for text in options.checkpoint_vkey]))
    except Bad as fault:
        raise Usage(f"the key or the checkpoint you hold: {fault}") from None
    policy = read_policy(options.policy, key)
    today = today_in_japan() if options.today is None else day_of(options.today)
    if today is None:
        raise Usage("--today is not a day YYYY-MM-DD")
    with open(options.bundle, "rb") as file:
        if file.read(1) == b"{":
            raise Usage("a disclosure proof (11): this program judges bundles only")
        one = Audit(file, key, held, policy, today, progress_bar(sys.stderr.isatty()))
        one.run()
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    return one.to_json()


def main(arguments=None):
    options = parse_arguments(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")
    try:
        report = audit(options)
    except (Usage, OSError) as error:
        print(f"verify.py: {error}", file=sys.stderr)
        if options.json:
            print(json.dumps({"result": "usage", "exit": 2, "error": str(error)}))
        return 2
    if options.json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        print_report(report)
    return report["exit"]


if __name__ == "__main__":
    sys.exit(main())
