"""Runs the simulator behind TLS, as the SDK connects to nothing else, and helps to talk to it."""

import asyncio
import datetime
import ipaddress
import math
import os
import re
import signal
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from google import genai
from google.genai import types

MODEL = "gemini-3.8-live"
PATIENCE = 20
PROGRAM = os.environ.get(
    "VIVAVOCE_SIMULATOR", str(Path(__file__).parents[2] / "target" / "debug" / "vivavoce-simulator")
)


class Simulator:
    """A simulator on a free port, with a certificate made for it that this process trusts."""

    def __init__(self, *options):
        self._folder = tempfile.TemporaryDirectory()
        certificate, key = _make_pair(Path(self._folder.name))
        # The SDK reads it whenever a client is made.
        os.environ["SSL_CERT_FILE"] = str(certificate)
        self._certificate = str(certificate)
        arguments = ["--port", "0", "--persona", "echo", "--tls-cert", certificate, "--tls-key", key, *options]
        self._program = subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, text=True)
        line = self._program.stdout.readline()
        match = re.fullmatch(r"listening on wss://(127\.0\.0\.1:\d+)\n", line)
        if not match:
            self.stop()
            raise RuntimeError(f"{PROGRAM} said {line!r}")
        self.url = f"https://{match[1]}"

    def stop(self):
        """Ends it; its exit code."""
        self._program.send_signal(signal.SIGTERM)
        code = self._program.wait(PATIENCE)
        self._program.stdout.close()
        self._folder.cleanup()
        return code

    def client(self, key="any-key", **http_options):
        os.environ["SSL_CERT_FILE"] = self._certificate
        return genai.Client(api_key=key, http_options={"base_url": self.url, **http_options})


class Answer:
    """What came until a turn was complete."""

    def __init__(self, messages):
        self.messages = messages
        self.contents = [message.server_content for message in messages if message.server_content]

    @property
    def sound(self):
        return b"".join(message.data for message in self.messages if message.data)

    @property
    def heard(self):
        return "".join(content.input_transcription.text or "" for content in self.contents if content.input_transcription)

    @property
    def spoken(self):
        fragments = (content.output_transcription for content in self.contents)
        return "".join(fragment.text or "" for fragment in fragments if fragment)

    @property
    def usage(self):
        return next(message.usage_metadata for message in self.messages if message.usage_metadata)

    @property
    def interrupted(self):
        return any(content.interrupted for content in self.contents)


async def answer(session):
    """Receives one turn."""
    async with asyncio.timeout(PATIENCE):
        return Answer([message async for message in session.receive()])


async def until(session, look):
    """Receives until `look` finds something in a message."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async for message in session.receive():
                if found := look(message):
                    return found


async def collect(session, complete):
    """Receives until all messages together are `complete`; the messages."""
    messages = []

    def taken(message):
        messages.append(message)
        return complete(messages)

    await until(session, taken)
    return messages


async def say(session, pcm, rate):
    """A push-to-talk turn in messages of 20 ms."""
    await session.send_realtime_input(activity_start=types.ActivityStart())
    size = rate // 50 * 2
    for start in range(0, len(pcm), size):
        blob = types.Blob(data=pcm[start : start + size], mime_type=f"audio/pcm;rate={rate}")
        await session.send_realtime_input(audio=blob)
    await session.send_realtime_input(activity_end=types.ActivityEnd())


def voice(rate, seconds):
    """Something like speech: harmonics in syllables, 16-bit little-endian."""
    samples = []
    for n in range(int(rate * seconds)):
        t = n / rate
        tone = sum(math.sin(2 * math.pi * 140 * harmonic * t) / harmonic for harmonic in range(1, 9))
        syllable = 0.15 + 0.85 * math.sin(math.pi * 3.7 * t) ** 2
        samples.append(round(5000 * syllable * tone))
    return struct.pack(f"<{len(samples)}h", *samples)


def picture(width, height, colour):
    """A PNG of one colour."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = (b"\0" + bytes(colour) * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def _make_pair(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Vivavoce simulator")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return paths
