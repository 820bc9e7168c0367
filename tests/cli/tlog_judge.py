"""Checkpoints, proofs and cosignatures as the C2SP specifications have them, written from those and from RFC 6962 and RFC 9162,
with nothing but an Ed25519 library: signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof, tlog-witness.

Reads one JSON object from standard input and writes one to standard output.
"""

import base64
import hashlib
import json
import struct
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

NOTE, COSIGNATURE = 0x01, 0x04


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf(entry):
    return sha256(b"\x00" + entry)


def node(left, right):
    return sha256(b"\x01" + left + right)


# RFC 6962 section 2.1, word for word.


def mth(entries):
    if not entries:
        return sha256(b"")
    if len(entries) == 1:
        return leaf(entries[0])
    k = split(len(entries))
    return node(mth(entries[:k]), mth(entries[k:]))


def split(n):
    k = 1
    while k << 1 < n:
        k <<= 1
    return k


def path(m, entries):
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return path(m, entries[:k]) + [mth(entries[k:])]
    return path(m - k, entries[k:]) + [mth(entries[:k])]


def proof(m, entries):
    return subproof(m, entries, True)


def subproof(m, entries, complete):
    if m == len(entries):
        return [] if complete else [mth(entries)]
    k = split(len(entries))
    if m <= k:
        return subproof(m, entries[:k], complete) + [mth(entries[k:])]
    return subproof(m - k, entries[k:], False) + [mth(entries[:k])]


# RFC 9162 sections 2.1.3.2 and 2.1.4.2.


def verify_inclusion(hash, index, size, hashes, root):
    assert index < size
    fn, sn, r = index, size - 1, hash
    for p in hashes:
        assert sn != 0
        if fn & 1 or fn == sn:
            r = node(p, r)
            if not fn & 1:
                while not fn & 1 and fn != 0:
                    fn >>= 1
                    sn >>= 1
        else:
            r = node(r, p)
        fn >>= 1
        sn >>= 1
    assert sn == 0 and r == root


def verify_consistency(first, first_hash, second, second_hash, hashes):
    if first == second:
        assert hashes == [] and first_hash == second_hash
        return
    if first == 0:
        assert hashes == []
        return
    assert hashes
    if first & (first - 1) == 0:
        hashes = [first_hash] + hashes
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = hashes[0]
    for c in hashes[1:]:
        assert sn != 0
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            if not fn & 1:
                while not fn & 1 and fn != 0:
                    fn >>= 1
                    sn >>= 1
        else:
            sr = node(sr, c)
        fn >>= 1
        sn >>= 1
    assert sn == 0 and fr == first_hash and sr == second_hash


# C2SP signed-note.


def key_id(name, kind, public):
    return sha256(name.encode() + b"\n" + bytes([kind]) + public)[:4]


def vkey(name, kind, public):
    return "%s+%s+%s" % (name, key_id(name, kind, public).hex(), base64.b64encode(bytes([kind]) + public).decode())


def parse_vkey(text):
    name, id, material = text.split("+", 2)
    material = base64.b64decode(material, validate=True)
    kind, public = material[0], material[1:]
    assert id == key_id(name, kind, public).hex() and len(public) == 32
    return name, kind, public


def parse_note(note):
    assert note.endswith("\n")
    split = note.rindex("\n\n")
    text, lines = note[: split + 1], note[split + 2 :].splitlines()
    signatures = []
    for line in lines:
        dash, name, signature = line.split(" ")
        assert dash == "\u2014"
        raw = base64.b64decode(signature, validate=True)
        signatures.append((name, raw[:4], raw[4:]))
    return text, signatures


def verify_note(note, by):
    """The time of a cosignature, or 0; fails if the key did not sign."""
    name, kind, public = parse_vkey(by)
    text, signatures = parse_note(note)
    found = [sig for who, id, sig in signatures if who == name and id == key_id(name, kind, public)]
    assert len(found) == 1, "no signature by " + by
    key = Ed25519PublicKey.from_public_bytes(public)
    if kind == NOTE:
        key.verify(found[0], text.encode())
        return 0
    assert kind == COSIGNATURE
    (time,) = struct.unpack(">Q", found[0][:8])
    key.verify(found[0][8:], cosigned(text, time))
    return time


def cosigned(text, time):
    return b"cosignature/v1\ntime %d\n" % time + text.encode()


def checkpoint(text):
    origin, size, root = text.split("\n")[:3]
    assert origin and str(int(size)) == size
    root = base64.b64decode(root, validate=True)
    assert len(root) == 32
    return origin, int(size), root


def signature_line(name, kind, public, signature):
    return "\u2014 %s %s\n" % (name, base64.b64encode(key_id(name, kind, public) + signature).decode())


class Key:
    def __init__(self, name, kind):
        self.name, self.kind, self.private = name, kind, Ed25519PrivateKey.generate()
        self.public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def vkey(self):
        return vkey(self.name, self.kind, self.public)

    def pem(self):
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def sign(self, text, time=0):
        if self.kind == NOTE:
            return signature_line(self.name, self.kind, self.public, self.private.sign(text.encode()))
        signature = struct.pack(">Q", time) + self.private.sign(cosigned(text, time))
        return signature_line(self.name, self.kind, self.public, signature)


def hashes(lines):
    return [base64.b64decode(line, validate=True) for line in lines]


def encoded(hashes):
    return "".join(base64.b64encode(hash).decode() + "\n" for hash in hashes)


def verify(case):
    """What tuf-ceremony wrote."""
    lines = [line.encode() for line in case["lines"]]
    text, _ = parse_note(case["checkpoint"])
    origin, size, root = checkpoint(text)
    assert (origin, size, root) == (case["origin"], len(lines), mth(lines))
    times = [verify_note(case["checkpoint"], by) for by in case["keys"]]
    for seq, written in case["inclusion"].items():
        above, note = written.split("\n\n", 1)
        head, index, *rest = above.split("\n")
        assert head == "c2sp.org/tlog-proof@v1" and index == "index " + seq
        assert note == case["checkpoint"]
        verify_inclusion(leaf(lines[int(seq)]), int(seq), size, hashes(rest), root)
    for old, written in case["consistency"].items():
        above, note = written.split("\n\n", 1)
        first, *rest = above.split("\n")
        assert first == "old " + old and note == case["checkpoint"]
        verify_consistency(int(old), mth(lines[: int(old)]), size, root, hashes(rest))
    for by, note in case["closings"]:
        verify_note(note, by)
        _, size, root = checkpoint(parse_note(note)[0])
        assert root == mth(lines[:size])
    return {"times": times}


def make(case):
    """The same things for tuf-ceremony to verify: a log of its own, and a cosignature below a checkpoint that it is given."""
    lines = ["entry %d of some other log" % number for number in range(case["size"])]
    entries = [line.encode() for line in lines]
    log, witness = Key("log.example/other", NOTE), Key("witness.example/w1", COSIGNATURE)

    def head(size):
        text = "log.example/other\n%d\n%s\n" % (size, base64.b64encode(mth(entries[:size])).decode())
        return text + "\n" + log.sign(text) + witness.sign(text, 1700000000)

    whole = head(len(entries))
    inclusion = {
        str(index): "c2sp.org/tlog-proof@v1\nindex %d\n%s\n%s" % (index, encoded(path(index, entries)), whole)
        for index in range(len(entries))
    }
    consistency = {
        str(old): ["old %d\n%s\n%s" % (old, encoded(proof(old, entries)), whole), head(old)]
        for old in range(1, len(entries) + 1)
    }
    given, _ = parse_note(case["checkpoint"])
    return {
        "lines": lines,
        "keys": [log.vkey(), witness.vkey()],
        "inclusion": inclusion,
        "consistency": consistency,
        "cosigned": case["checkpoint"] + witness.sign(given, 1700000001),
        "pem": witness.pem(),
    }


case = json.load(sys.stdin)
json.dump({"verify": verify, "make": make}[case["do"]](case), sys.stdout)
