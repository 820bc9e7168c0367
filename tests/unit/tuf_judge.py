# The outside judge of tests/unit/tuf_python.rs: python-tuf and securesystemslib. MODE is set by a line before this.
#
#   sign     prints root metadata for every scheme, one JSON object a line
#   verify   reads {name: hex of a file}, and prints what it makes of each
import copy
import hashlib
import json
import sys

from securesystemslib.formats import encode_canonical
from securesystemslib.signer import CryptoSigner, Key, SSlibKey
from tuf.api.exceptions import UnsignedMetadataError
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp
from tuf.api.serialization import DeserializationError, SerializationError
from tuf.api.serialization.json import JSONSerializer

TEXT = "😀 \"quoted\" back\\slash \x00\x1b[31m\x7f\n\r\t e\u0301 é \uffff\U00010000"
ODD = {TEXT: [TEXT, None, True, -(2**63), {"": []}]}


def keyid_of(key):
    return hashlib.sha256(encode_canonical(key.to_dict()).encode()).hexdigest()


def signers():
    yield CryptoSigner.generate_ed25519()
    yield CryptoSigner.generate_ecdsa(scheme="ecdsa-sha2-nistp256")
    yield CryptoSigner.generate_ecdsa(scheme="ecdsa-sha2-nistp384")
    rsa = CryptoSigner.generate_rsa(size=2048)._private_key
    for scheme in ("rsassa-pss-sha256", "rsa-pkcs1v15-sha256"):
        yield CryptoSigner(rsa, SSlibKey.from_crypto(rsa.public_key(), scheme=scheme))
    for scheme in ("ml-dsa-44/1", "ml-dsa-65/1", "ml-dsa-87/1"):
        yield CryptoSigner.generate_mldsa(scheme=scheme)


def sign():
    for signer in signers():
        plain = signer.public_key
        # The same material with unknown fields in the key object and in its value: another keyid.
        odd = Key.from_dict(plain.keyid, {**copy.deepcopy(plain.to_dict()), "x-odd": ODD})
        odd.unrecognized_fields["keyid_hash_algorithms"] = ["sha256", "sha512"]
        odd.keyval["x-value"] = TEXT
        odd.keyid = keyid_of(odd)
        root = Root(consistent_snapshot=True, unrecognized_fields={"x-odd": ODD, TEXT: 1})
        for role in root.roles.values():
            role.unrecognized_fields["x-odd"] = ODD
        root.add_key(plain, "root")
        root.add_key(odd, "targets")
        root.roles["root"].keyids.append("00" * 32)
        root.version = 7
        metadata = Metadata(root, unrecognized_fields={"x-outside": TEXT})
        metadata.sign(signer)
        assert plain.keyid == keyid_of(plain)
        print(json.dumps({
            "scheme": plain.scheme,
            "file": metadata.to_bytes().hex(),
            "canonical": metadata.signed_bytes.hex(),
            "keyids": [plain.keyid, odd.keyid],
        }))


def judge(file, name, kind, trusted):
    """What a client that trusts a root says of a file."""
    try:
        metadata = Metadata[kind].from_bytes(file)
        trusted.verify_delegate(name, metadata.signed_bytes, metadata.signatures)
    except (DeserializationError, SerializationError, UnsignedMetadataError) as error:
        # Python reads lone surrogates, and fails only when it writes the canonical form.
        return type(error).__name__
    return "accepted"


def verify():
    files = {name: bytes.fromhex(file) for name, file in json.load(sys.stdin).items()}
    kinds = {"root": Root, "targets": Targets, "snapshot": Snapshot, "timestamp": Timestamp}
    trusted = Metadata[Root].from_bytes(files["root"]).signed
    out = {"verdicts": {}, "flipped": {}, "canonical": {}, "again": {}, "keyids": {}}
    for name, kind in kinds.items():
        out["verdicts"][name] = judge(files[name], name, kind, trusted)
        metadata = Metadata.from_bytes(files[name])
        out["canonical"][name] = metadata.signed_bytes.hex()
        out["again"][name] = (metadata.to_bytes(JSONSerializer(compact=False)) + b"\n").hex()
        # One bit at every seventh byte of what is signed.
        start = files[name].index(b'"signed": ') + len('"signed": ')
        flipped = {}
        for at in range(start, len(files[name]) - 3, 7):
            altered = bytearray(files[name])
            altered[at] ^= 1
            said = judge(bytes(altered), name, kind, trusted)
            flipped[said] = flipped.get(said, 0) + 1
        out["flipped"][name] = flipped
    delegator = Metadata[Targets].from_bytes(files["targets"]).signed
    delegated = Metadata[Targets].from_bytes(files["delegated"])
    delegator.verify_delegate("delegated", delegated.signed_bytes, delegated.signatures)
    for keyid, key in {**trusted.keys, **delegator.delegations.keys}.items():
        # Once from all of the object as it stands, once from the material alone.
        out["keyids"][keyid] = [keyid_of(key), SSlibKey.from_crypto(key._crypto_key()).keyid]
    print(json.dumps(out))


{"sign": sign, "verify": verify}[MODE]()
