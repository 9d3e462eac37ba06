"""A headless Chromium driven over its DevTools protocol."""

import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

from ..programs import CHROMIUMS

PATIENCE = 60  # seconds for a page, an element or an answer
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-first-run",
    "--remote-debugging-port=0",
)


class Browser:
    """One page of a given size. Used in a ``with`` block, which ends the program."""

    def __init__(self, width: int, height: int):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        program = next(filter(None, map(shutil.which, CHROMIUMS)))
        self.process = subprocess.Popen(
            [program, *SWITCHES, f"--user-data-dir={self.folder.name}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.socket = websocket.create_connection(
            self._page_address(), timeout=PATIENCE, suppress_origin=True
        )
        self.last_id = 0
        self.resize(width, height)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    # -- what a person does ------------------------------------------------------------

    def resize(self, width: int, height: int) -> None:
        """Gives the window another size, in pixels: pages learn of it as they open."""
        self._ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def go(self, address: str) -> None:
        """Opens a page."""
        self._ask("Page.navigate", url=address)

    def wait_for(self, selector: str) -> None:
        """Waits until an element is there and nothing is loading any more.

        :raise TimeoutError: it did not come
        """
        found = f"document.querySelector({json.dumps(selector)})"
        idle = "!document.querySelector('.o_loading_indicator, .o_blockUI')"
        self.wait_until(f"!!({found} && {idle} && document.readyState == 'complete')")

    def click(self, selector: str) -> None:
        """Clicks the first element of that selector, as soon as it is there."""
        self.wait_for(selector)
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def type(self, selector: str, text: str) -> None:
        """Fills an input."""
        self.wait_for(selector)
        field = f"document.querySelector({json.dumps(selector)})"
        self.evaluate(f"{field}.value = {json.dumps(text)}")

    def picture(self, file: Path) -> None:
        """Writes what is seen as a PNG."""
        time.sleep(1)  # fonts, avatars and fading elements
        data = self._ask("Page.captureScreenshot", format="png")["data"]
        file.write_bytes(base64.b64decode(data))

    def evaluate(self, script: str):
        """The value of a JavaScript expression."""
        answer = self._ask("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

    def wait_until(self, condition: str) -> None:
        """Waits until a JavaScript expression is true."""
        deadline = time.monotonic() + PATIENCE
        while not self.evaluate(condition):
            if time.monotonic() > deadline:
                raise TimeoutError(f"In vain: {condition}")
            time.sleep(0.1)

    # -- the protocol ------------------------------------------------------------------

    def _page_address(self) -> str:
        """The address at which the page takes commands."""
        port_file = Path(self.folder.name) / "DevToolsActivePort"
        deadline = time.monotonic() + PATIENCE
        while not (port_file.exists() and port_file.read_text().count("\n")):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise TimeoutError("Chromium did not start.")
            time.sleep(0.1)
        port = port_file.read_text().splitlines()[0]
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(f"http://127.0.0.1:{port}/json", timeout=PATIENCE) as answer:
            targets = json.load(answer)
        return next(t for t in targets if t["type"] == "page")["webSocketDebuggerUrl"]

    def _ask(self, method: str, **params) -> dict:
        """Sends a command and gives its result."""
        self.last_id += 1
        command = {"id": self.last_id, "method": method, "params": params}
        self.socket.send(json.dumps(command))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.last_id:
                return answer["result"]
