"""An authority and what it has signed, made by openssl for one run."""

import pathlib
import subprocess
import tempfile

EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)


class Authority:
    """Certificates for this machine, in a folder that goes when the block ends."""

    def __init__(self, name):
        self.folder = tempfile.TemporaryDirectory(prefix="henge-certificates-")
        self.top = pathlib.Path(self.folder.name)
        self.certificate, self.key = self.top / "ca.crt", self.top / "ca.key"
        openssl("req", "-x509", *EC, "-keyout", self.key, "-out", self.certificate, "-days", 2, "-subj", f"/CN={name}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def sign(self, name, days=2, subject=None):
        """A certificate and its key; in the place of the ones of that name that were there. Of less than no days: one
        that has expired."""
        request, extensions = self.top / f"{name}.csr", self.top / "extensions"
        certificate, key = self.top / f"{name}.crt", self.top / f"{name}.key"
        new = [self.top / f"new.{end}" for end in ("crt", "key")]
        extensions.write_text(
            "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n")
        openssl("req", *EC, "-keyout", new[1], "-out", request, "-subj", subject or f"/CN={name}")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
                "-days", days, "-extfile", extensions, "-out", new[0])
        new[1].chmod(0o600)
        new[1].replace(key)
        new[0].replace(certificate)
        return certificate, key
