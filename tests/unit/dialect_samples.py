# Repositories as Notary 1 and go-tuf 0.9 wrote them, made from the definitions of these formats, with nothing of the
# program under test. Prints one JSON object: for each case the trusted root and all files, in hex, and the keyids.
import base64
import copy
import datetime
import hashlib
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

SHA256 = hashes.SHA256()
LATER = "2035-07-17T16:19:21.101698314-07:00"
PAST = "2029-12-31T23:59:59Z"
# A line separator, a quote, a backslash and what HTML escapes: each is where canonical forms could differ.
ODD_PATH = "a\u2028b\u2029 \"c\" \\d <e>&é"


def text(value, escape):
    value = value.replace("\\", "\\\\").replace('"', '\\"')
    if escape:
        value = value.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f'"{value}"'


def canonical(value, escape=False):
    if isinstance(value, dict):
        members = (f"{text(name, escape)}:{canonical(value[name], escape)}" for name in sorted(value))
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(element, escape) for element in value) + "]"
    if isinstance(value, str):
        return text(value, escape)
    return {None: "null", True: "true", False: "false"}[value] if value is None or isinstance(value, bool) else str(value)


def keyid_of(key):
    return hashlib.sha256(canonical(key).encode()).hexdigest()


def b64(raw):
    return base64.b64encode(raw).decode()


def spki(private):
    return private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def raw(private):
    return private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def certificate(private, last_year=2034):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "registry.example.org/app")])
    signer = ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.datetime(2024, 1, 1))
        .not_valid_after(datetime.datetime(last_year, 1, 1))
        .sign(signer, SHA256)
    )
    return made.public_bytes(serialization.Encoding.PEM)


class NotaryKey:
    def __init__(self, keytype, private, public, method, sign):
        self.object = {"keytype": keytype, "keyval": {"private": None, "public": b64(public)}}
        self.private, self.method, self.sign = private, method, sign
        self.keyid = keyid_of(self.object)

    def signature(self, message):
        return {"keyid": self.keyid, "method": self.method, "sig": b64(self.sign(message))}


def numbers(private, width=32):
    def sign(message):
        r, s = decode_dss_signature(private.sign(message, ec.ECDSA(SHA256)))
        return r.to_bytes(width, "big") + s.to_bytes(width, "big")

    return sign


def pss(private):
    return lambda message: private.sign(message, padding.PSS(padding.MGF1(SHA256), 32), SHA256)


def pkcs1(private):
    return lambda message: private.sign(message, padding.PKCS1v15(), SHA256)


def ecdsa(private=None, last_year=None):
    private = private or ec.generate_private_key(ec.SECP256R1())
    if last_year:
        return NotaryKey("ecdsa-x509", private, certificate(private, last_year), "ecdsa", numbers(private))
    return NotaryKey("ecdsa", private, spki(private), "ecdsa", numbers(private))


RSA = [rsa.generate_private_key(65537, 2048) for _ in range(2)]
SHORT = rsa.generate_private_key(65537, 1024)
P384 = ec.generate_private_key(ec.SECP384R1())
EDDSA = ed25519.Ed25519PrivateKey.generate()

FIRST = ecdsa(last_year=2034)
# The certificate of an issuer may follow.
SECOND = NotaryKey("rsa-x509", RSA[0], certificate(RSA[0]) + certificate(RSA[1]), "rsapss", pss(RSA[0]))
TARGETS = ecdsa()
SNAPSHOT = NotaryKey("ed25519", EDDSA, raw(EDDSA), "eddsa", EDDSA.sign)
TIMESTAMP = NotaryKey("rsa", RSA[1], spki(RSA[1]), "rsapkcs1v15", pkcs1(RSA[1]))
RELEASES = NotaryKey("rsa-x509", RSA[1], certificate(RSA[1]), "RSAPSS", pss(RSA[1]))
ARM = ecdsa(last_year=2034)
STRANGER = ecdsa()


def notary_file(signed, keys):
    message = canonical(signed, escape=True).encode()
    return {"signed": signed, "signatures": [key.signature(message) for key in keys]}


def listed(raw_bytes):
    digests = {name: b64(hashlib.new(name, raw_bytes).digest()) for name in ("sha256", "sha512")}
    return {"hashes": digests, "length": len(raw_bytes)}


def dump(file):
    return json.dumps(file, ensure_ascii=False, separators=(",", ":")).encode()


def role(keys, threshold=1):
    return {"keyids": [key.keyid for key in keys], "threshold": threshold}


def notary_root(version, root, targets=(TARGETS,), threshold=1, timestamp=TIMESTAMP):
    every = [root, *targets, SNAPSHOT, timestamp]
    return {
        "_type": "Root",
        "consistent_snapshot": False,
        "expires": LATER,
        "keys": {key.keyid: key.object for key in every},
        "roles": {
            "root": role([root]),
            "snapshot": role([SNAPSHOT]),
            "targets": role(targets, threshold),
            "timestamp": role([timestamp]),
        },
        "version": version,
    }


def delegated(version, delegations=None, targets=None):
    return {
        "_type": "Targets",
        "delegations": delegations or {"keys": {}, "roles": []},
        "expires": LATER,
        "targets": targets or {},
        "version": version,
    }


def delegation(name, key, paths):
    return {"keys": {key.keyid: key.object}, "roles": [{"name": name, "paths": paths, **role([key])}]}


def notary(edit=None, last=SECOND, last_signers=None, **root):
    """A repository whose root key was replaced once. `edit` may change any unsigned part before it is signed."""
    timestamp = root.get("timestamp", TIMESTAMP)
    parts = {
        "1.root": (notary_root(1, FIRST, **root), [FIRST]),
        "root": (notary_root(2, last, **root), last_signers or [FIRST, last]),
        "targets": (
            delegated(5, delegation("targets/releases", RELEASES, [""]), {ODD_PATH: listed(b"target")}),
            list(root.get("targets", [TARGETS])),
        ),
        "targets/releases": (delegated(3, delegation("targets/releases/arm", ARM, ["arm"])), [RELEASES]),
        "targets/releases/arm": (delegated(1), [ARM]),
        "snapshot": ({"_type": "Snapshot", "expires": LATER, "meta": {}, "version": 4}, [SNAPSHOT]),
        "timestamp": ({"_type": "Timestamp", "expires": LATER, "meta": {}, "version": 9}, [timestamp]),
    }
    parts = {name: [copy.deepcopy(signed), keys] for name, (signed, keys) in parts.items()}
    listings = {}
    after = {}
    if edit:
        edit(parts, listings, after)
    files = {}
    for name in [name for name in parts if name not in ("snapshot", "timestamp")] + ["snapshot", "timestamp"]:
        signed, keys = parts[name]
        if name == "snapshot":
            signed["meta"] = {role: listed(raw) for role, raw in files.items() if role != "1.root"}
        if name == "timestamp":
            signed["meta"] = {"snapshot": listed(files["snapshot"])}
        if name in listings:
            listings[name](signed["meta"])
        file = notary_file(signed, keys)
        if name in after:
            after[name](file)
        files[name] = dump(file)
    files["2.root"] = files["root"]
    return {"trusted": files["1.root"], "files": files}


def flip(file):
    signature = bytearray(base64.b64decode(file["signatures"][0]["sig"]))
    signature[-1] ^= 1
    file["signatures"][0]["sig"] = b64(signature)


def as_der(file):
    message = canonical(file["signed"], escape=True).encode()
    file["signatures"][0]["sig"] = b64(TARGETS.private.sign(message, ec.ECDSA(SHA256)))


def set_signature(name, value):
    return lambda file: file["signatures"][0].update({name: value})


def renamed(key):
    other = copy.copy(key)
    other.keyid = "ab" * 32
    return other


def with_method(key, method, sign):
    other = copy.copy(key)
    other.method, other.sign = method, sign
    return other


def notary_cases():
    yield "good", notary()
    yield "der", notary(lambda parts, listings, after: after.update({"targets": as_der}))
    yield "wrong signature", notary(lambda parts, listings, after: after.update({"targets": flip}))
    yield "other method", notary(
        lambda parts, listings, after: after.update({"targets": set_signature("method", "eddsa")})
    )
    yield "no base64", notary(lambda parts, listings, after: after.update({"targets": set_signature("sig", "ab*")}))
    yield "not by the old", notary(last_signers=[SECOND])
    yield "not by the new", notary(last_signers=[FIRST])
    yield "broken keyid", notary(timestamp=renamed(TIMESTAMP))
    yield "expired", notary(lambda parts, listings, after: parts["timestamp"][0].update(expires=PAST))
    yield "expired delegation", notary(
        lambda parts, listings, after: parts["targets/releases/arm"][0].update(expires=PAST)
    )
    yield "expired root", notary(lambda parts, listings, after: parts["root"][0].update(expires=PAST))
    yield "expired certificate", notary(last=ecdsa(last_year=2029))
    yield "wrong hash", notary(
        lambda parts, listings, after: listings.update(
            snapshot=lambda meta: meta["targets"]["hashes"].update(sha512=b64(bytes(64)))
        )
    )
    yield "wrong length", notary(
        lambda parts, listings, after: listings.update(timestamp=lambda meta: meta["snapshot"].update(length=7))
    )
    yield "wrong root listed", notary(
        lambda parts, listings, after: listings.update(snapshot=lambda meta: meta.update(root=listed(b"other")))
    )
    yield "unknown hash only", notary(
        lambda parts, listings, after: listings.update(
            timestamp=lambda meta: meta["snapshot"].update(hashes={"md5": b64(bytes(16))})
        )
    )
    yield "not listed", notary(
        lambda parts, listings, after: listings.update(snapshot=lambda meta: meta.pop("targets/releases"))
    )
    yield "stranger delegated", notary(
        lambda parts, listings, after: parts["targets/releases"].__setitem__(1, [STRANGER])
    )
    for name in ("targets/../root", "targets/..", "targets/releases/arm", "targets/A", "targets/", "releases"):
        yield f"delegation to {name}", notary(
            lambda parts, listings, after: parts["targets"][0]["delegations"]["roles"][0].update(name=name)
        )
    yield "wrong kind", notary(lambda parts, listings, after: parts["targets"][0].update(_type="Snapshot"))
    twice = [
        NotaryKey("rsa", RSA[0], spki(RSA[0]), "rsapss", pss(RSA[0])),
        NotaryKey("rsa-x509", RSA[0], certificate(RSA[0]), "rsapss", pss(RSA[0])),
    ]
    yield "one key twice", notary(targets=twice, threshold=2)
    yield "two keys", notary(targets=[TARGETS, twice[0]], threshold=2)
    yield "short", notary(timestamp=NotaryKey("rsa", SHORT, spki(SHORT), "rsapss", pss(SHORT)))
    yield "P-384", notary(timestamp=NotaryKey("ecdsa", P384, spki(P384), "ecdsa", numbers(P384, 48)))
    unlike = ecdsa()
    yield "type and key disagree", notary(
        timestamp=NotaryKey("rsa", unlike.private, spki(unlike.private), "ecdsa", unlike.sign)
    )

    skipped = notary()
    del skipped["files"]["2.root"]
    yield "root without number", skipped
    rolled = notary()
    rolled["files"]["root"] = rolled["files"]["1.root"]
    yield "older root", rolled
    gone = notary()
    del gone["files"]["targets/releases/arm"]
    yield "file missing", gone
    exposed = copy.deepcopy(SNAPSHOT.object)
    exposed["keyval"]["private"] = b64(b"secret")
    yield "private half", notary(
        lambda parts, listings, after: [parts[root][0]["keys"].update({SNAPSHOT.keyid: exposed}) for root in ("1.root", "root")]
    )


class GoKey:
    def __init__(self, later=False, private=None):
        self.private = private or ed25519.Ed25519PrivateKey.generate()
        self.object = {"keytype": "ed25519", "keyval": {"public": raw(self.private).hex()}}
        if later:
            self.object.update(scheme="ed25519", keyid_hash_algorithms=["sha256", "sha512"])
        self.keyid = keyid_of(self.object)

    def signature(self, message):
        return {"keyid": self.keyid, "method": "ed25519", "sig": self.private.sign(message).hex()}


GO = {name: GoKey() for name in ("first", "second", "targets", "snapshot", "timestamp")}


def go_file(signed, keys):
    return {"signed": signed, "signatures": [key.signature(canonical(signed).encode()) for key in keys]}


def go_listed(raw_bytes):
    return {"hashes": {"sha512": hashlib.sha512(raw_bytes).hexdigest()}, "length": len(raw_bytes)}


def go_tuf(edit=None, last_signers=None, capital=True, by_hash=False, timestamp=(GO["timestamp"],), threshold=1):
    name_of = str.capitalize if capital else str

    def root(version, key):
        every = [key, GO["targets"], GO["snapshot"], *timestamp]
        return {
            "_type": name_of("root"),
            "consistent_snapshot": by_hash,
            "expires": LATER,
            "keys": {key.keyid: key.object for key in every},
            "roles": {
                "root": role([key]),
                "snapshot": role([GO["snapshot"]]),
                "targets": role([GO["targets"]]),
                "timestamp": role(timestamp, threshold),
            },
            "version": version,
        }

    parts = {
        "1.root": [root(1, GO["first"]), [GO["first"]]],
        "root": [root(2, GO["second"]), last_signers or [GO["first"], GO["second"]]],
        "targets": [
            {"_type": name_of("targets"), "expires": LATER, "targets": {ODD_PATH: go_listed(b"target")}, "version": 1},
            [GO["targets"]],
        ],
        "snapshot": [{"_type": name_of("snapshot"), "expires": LATER, "meta": {}, "version": 1}, [GO["snapshot"]]],
        "timestamp": [{"_type": name_of("timestamp"), "expires": LATER, "meta": {}, "version": 1}, list(timestamp)],
    }
    after = {}
    if edit:
        edit(parts, after)
    files = {}
    for name in ("1.root", "root", "targets", "snapshot", "timestamp"):
        signed, keys = parts[name]
        if name == "snapshot":
            signed["meta"] = {f"{role}.json": go_listed(files[role]) for role in ("root", "targets")}
            # Compressed copies were listed too, and are not asked for.
            signed["meta"]["targets.json.gz"] = go_listed(b"compressed")
        if name == "timestamp":
            signed["meta"] = {"snapshot.json": go_listed(files["snapshot"])}
        file = go_file(signed, keys)
        if name in after:
            after[name](file)
        files[name] = dump(file)
    for name in ("targets", "snapshot") if by_hash else ():
        content = files.pop(name)
        files[f"{hashlib.sha512(content).hexdigest()}.{name}"] = content
    files["2.root"] = files["root"]
    return {"trusted": files["1.root"], "files": files}


def go_flip(file):
    signature = file["signatures"][0]["sig"]
    file["signatures"][0]["sig"] = ("0" if signature[0] != "0" else "1") + signature[1:]


def go_cases():
    later = GoKey(later=True)
    before = GoKey(private=later.private)
    # The same object under the keyid that it had before it got a scheme.
    under_old = copy.copy(later)
    under_old.keyid = before.keyid
    yield "good", go_tuf()
    yield "by hash", go_tuf(by_hash=True)
    yield "later", go_tuf(capital=False, timestamp=[later, under_old])
    yield "later, one key twice", go_tuf(capital=False, timestamp=[later, under_old], threshold=2)
    yield "wrong signature", go_tuf(lambda parts, after: after.update(targets=go_flip))
    yield "other method", go_tuf(lambda parts, after: after.update(targets=set_signature("method", "rsa")))
    yield "not by the old", go_tuf(last_signers=[GO["second"]])
    yield "broken keyid", go_tuf(timestamp=[renamed(GO["timestamp"])])
    yield "expired", go_tuf(lambda parts, after: parts["snapshot"][0].update(expires=PAST))


def printable(case):
    files = {f"{name}.json": content.hex() for name, content in case["files"].items()}
    return {"trusted": case["trusted"].hex(), "files": files}


notary_keyids = {"first": FIRST, "second": SECOND, "targets": TARGETS, "snapshot": SNAPSHOT, "timestamp": TIMESTAMP}
print(
    json.dumps(
        {
            "notary": {name: printable(case) for name, case in notary_cases()},
            "go-tuf": {name: printable(case) for name, case in go_cases()},
            "keyids": {
                "notary": {name: key.keyid for name, key in notary_keyids.items()},
                "go-tuf": {name: key.keyid for name, key in GO.items()},
            },
        }
    )
)
