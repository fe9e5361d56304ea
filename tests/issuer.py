"""Who issues ID tokens in tests, as Google does: certificates over HTTP, and tokens signed by their key."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from google.auth import crypt, jwt

AUDIENCE = "1234.apps.example"


class Issuer:
    """Serves its certificates, kept for an hour as Google's are, and signs tokens; counts who asks."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.asked: Counter[str] = Counter()
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked["certificates"] += 1
                body = json.dumps({"key-1": issuer.certificate}).encode()
                self.send_response(200)
                self.send_header("Cache-Control", "public, max-age=3600")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.certificate = _certificate(self._key)
        self.url = f"http://127.0.0.1:{self._server.server_port}/certs"

    def token(self, address: str = "ana@shop.example", **claims: object) -> str:
        """A token of this person, made out to AUDIENCE for an hour, but for what `claims` say; None leaves
        a claim out."""
        now = int(time.time())
        said = {
            "iss": "https://accounts.google.com",
            "aud": AUDIENCE,
            "email": address,
            "email_verified": True,
            "iat": now,
            "exp": now + 3600,
            **claims,
        }
        known = {name: claim for name, claim in said.items() if claim is not None}
        return jwt.encode(self._signer(), known).decode()  # type: ignore[no-untyped-call,no-any-return]

    def _signer(self) -> crypt.Signer:
        pem = self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        return crypt.RSASigner.from_string(pem.decode(), "key-1")  # type: ignore[no-untyped-call,no-any-return]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _certificate(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "issuer")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - timedelta(days=1))
    certificate = builder.not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
