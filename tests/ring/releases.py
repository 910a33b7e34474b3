"""The last release, as a program: what a ring of two releases is made of."""

import os
import pathlib
import subprocess
import tempfile

from nodes import HERE, ROOT

# The commit of the last release; HENGE_LAST_RELEASE names its program where it is at hand.
COMMIT = (HERE / "last-release").read_text().strip()


def last_release():
    """Its program, and None; or None and why there is none. Built once, from the history of this repository."""
    given = os.environ.get("HENGE_LAST_RELEASE")
    if given:
        return pathlib.Path(given), None
    built = ROOT / "artifacts" / "last-release" / COMMIT
    program = built / "Henge.Server"
    if program.exists():
        return program, None
    with tempfile.TemporaryDirectory(prefix="henge-release-") as source:
        archive = subprocess.run(["git", "archive", "--format=tar", COMMIT], cwd=ROOT, capture_output=True)
        if archive.returncode != 0:
            return None, f"the history does not go back to {COMMIT}, and HENGE_LAST_RELEASE names no program"
        subprocess.run(["tar", "-x", "-C", source], input=archive.stdout, check=True)
        build = subprocess.run(
            ["dotnet", "publish", "-c", "Release", "--nologo", "-v", "quiet", "-p:RunAnalyzers=false", "-o", str(built),
             "src/Henge.Server"], cwd=source, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
    if build.returncode != 0 or not program.exists():
        raise RuntimeError(f"the last release ({COMMIT}) was not built:\n{build.stdout[-3000:]}{build.stderr[-1000:]}")
    return program, None
