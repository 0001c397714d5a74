"""Build `src/cnil_kg/serving/static/editor.js` from npm, the same bytes each time; `--check` only compares.

Every package is fetched at the version and with the hash of `scripts/editor/package-lock.json`. Needs Node and npm.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "scripts" / "editor"
TARGET = ROOT / "src" / "cnil_kg" / "serving" / "static" / "editor.js"
NOTICE = "/*! CodeMirror 6, MIT licence, Copyright (C) Marijn Haverbeke and others; see docs/decisions/query-page.md */"


def bundle() -> bytes:
    """The bundle, built in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json", "editor.js"):
            shutil.copy(SOURCE / name, folder)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
        options = ["--bundle", "--minify", "--format=esm", "--target=es2020", "--legal-comments=none", "--charset=utf8"]
        built = Path(folder, "built.js")
        command = ["node_modules/.bin/esbuild", "editor.js", *options, f"--banner:js={NOTICE}", f"--outfile={built}"]
        subprocess.run(command, cwd=folder, check=True)
        return built.read_bytes()


def main() -> int:
    """Write the bundle, or compare it; 1 when they differ."""
    built = bundle()
    if "--check" in sys.argv[1:]:
        return int(built != TARGET.read_bytes())
    TARGET.write_bytes(built)
    return 0


if __name__ == "__main__":
    sys.exit(main())
