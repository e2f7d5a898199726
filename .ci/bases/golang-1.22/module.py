"""Makes of a release's sources what a proxy of Go modules serves: MODULE VERSION TARBALL FOLDER.

https://go.dev/ref/mod#goproxy-protocol
"""

import json
import sys
import tarfile
import zipfile
from pathlib import Path

module, version, tarball, folder = sys.argv[1:]
served = Path(folder, module, "@v")
served.mkdir(parents=True)
with tarfile.open(tarball) as sources, zipfile.ZipFile(served / f"{version}.zip", "w") as archive:
    for member in sources:
        if member.isfile():
            path = member.name.split("/", 1)[1]
            data = sources.extractfile(member).read()
            archive.writestr(f"{module}@{version}/{path}", data)
            if path == "go.mod":
                (served / f"{version}.mod").write_bytes(data)
(served / f"{version}.info").write_text(json.dumps({"Version": version}))
(served / "list").write_text(f"{version}\n")
