"""python-tuf and securesystemslib at the same work: prints how many seconds it took.

    targets_judge.py json|canonical|verdict|update DIR
"""

import hashlib
import json
import sys
from pathlib import Path
from time import perf_counter

from securesystemslib.formats import encode_canonical
from tuf.api.metadata import Metadata
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet
from tuf.ngclient.config import EnvelopeType

what, folder = sys.argv[1], Path(sys.argv[2])
root, targets = ((folder / name).read_bytes() for name in ("1.root.json", "targets.json"))

if what == "json":
    begin = perf_counter()
    json.loads(targets)
elif what == "canonical":
    signed = json.loads(targets)["signed"]
    begin = perf_counter()
    hashlib.sha256(encode_canonical(signed).encode()).hexdigest()
elif what == "verdict":
    trusted = Metadata.from_bytes(root).signed
    begin = perf_counter()
    metadata = Metadata.from_bytes(targets)
    trusted.verify_delegate("targets", metadata.signed_bytes, metadata.signatures)
elif what == "update":
    begin = perf_counter()
    client = TrustedMetadataSet(root, EnvelopeType.METADATA)
    client.update_timestamp((folder / "timestamp.json").read_bytes())
    client.update_snapshot((folder / "snapshot.json").read_bytes())
    client.update_targets(targets)
else:
    raise SystemExit(f"no such work: {what}")
print(perf_counter() - begin)
