"""A real Prometheus finds that something is down, a real Alertmanager says so, and the customer's
page turns red; when it is up again the page turns green."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.connectors.monitors import command, operator_of, program, started, wait_until
from tests.product import Product, free_port, serving

INVENTORY = "hospital-it/pharmacy-inventory"
PATIENTS = "hospital-it/patient-management"
CUSTOMER = "dana.reyes@st-mary.example"

RULES = """
groups:
  - name: pharmacy
    rules:
      - alert: PharmacyDown
        expr: pharmacy_up == 0
        labels: {severity: critical, service: pharmacy-inventory}
        annotations: {summary: "The <b>inventory</b> does not answer"}
      - alert: Watchdog
        expr: vector(1)
        labels: {severity: none}
"""
PROMETHEUS = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: pharmacy
    static_configs: [{{targets: ["127.0.0.1:{target}"]}}]
alerting:
  alertmanagers:
    - static_configs: [{{targets: ["127.0.0.1:{alertmanager}"]}}]
"""
ALERTMANAGER = """
route: {{receiver: catenary, group_by: [alertname], group_wait: 1s, group_interval: 1s,
         repeat_interval: {repeat}}}
receivers:
  - name: catenary
    webhook_configs:
      - url: {url}
        http_config: {{authorization: {{credentials: {secret}}}}}
"""


class Pharmacy:
    """What Prometheus looks at: a program with one figure."""

    def __init__(self) -> None:
        self.up = 1

    @contextmanager
    def listening(self) -> Iterator[int]:
        pharmacy = self

        class Figures(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(f"pharmacy_up {pharmacy.up}\n".encode())

            def log_message(self, *_: Any) -> None:
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Figures) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            yield server.server_port
            server.shutdown()
            thread.join()


def signed_in(product: Product, email: str) -> requests.Session:
    session = requests.Session()
    page = session.get(f"{product.url}/sign-in/").text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1], "email": email, "password": product.password}
    answer = session.post(f"{product.url}/sign-in/", form, headers={"Referer": product.url})
    assert answer.status_code == 200 and "/sign-in/" not in answer.url
    return session


def everything_is_well(product: Product, operator: requests.Session, root: Path) -> None:
    """An operator says so of every service of the hospital's story."""
    texts = [path.read_text() for path in (root / "examples/hospital").glob("*.yaml")]
    names = {
        name for text in texts for name in re.findall(r"^  ([a-z0-9-]+/[a-z0-9-]+):$", text, re.M)
    }
    answer = operator.post(
        f"{product.url}/api/v1/observations",
        json={"observations": [{"service": n, "condition": "operational"} for n in sorted(names)]},
    )
    # Calendars are named like services, and refused as none.
    assert answer.status_code == 202 and len(answer.json()["taken"]) > 20


def inlet_for(product: Product, folder: Path, repeat: str) -> Path:
    """Alertmanager's settings, with the address and the secret of a new inlet."""
    inlet = command(product, "inlet", "open", "hospital-it/prometheus", "--kind", "alertmanager")
    file = folder / "alertmanager.yml"
    url = product.url + inlet["address"]
    file.write_text(ALERTMANAGER.format(url=url, secret=inlet["secret"], repeat=repeat))
    return file


def alertmanager_of(settings: Path, port: int) -> list[str]:
    """The command that starts Alertmanager."""
    return [
        program("prometheus-alertmanager"),
        f"--config.file={settings}",
        f"--storage.path={settings.parent / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]


@contextmanager
def monitored(product: Product, folder: Path) -> Iterator[Pharmacy]:
    """Prometheus and Alertmanager, reporting to an inlet of the hospital's IT."""
    settings = inlet_for(product, folder, repeat="2s")
    ports = free_port(), free_port()
    pharmacy = Pharmacy()
    with pharmacy.listening() as target:
        (folder / "rules.yml").write_text(RULES)
        (folder / "prometheus.yml").write_text(
            PROMETHEUS.format(rules=folder / "rules.yml", target=target, alertmanager=ports[1])
        )
        prometheus = [
            program("prometheus"),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{ports[0]}",
            "--rules.alert.resend-delay=1s",
        ]
        with (
            started(alertmanager_of(settings, ports[1]), folder / "alertmanager.log"),
            started(prometheus, folder / "prometheus.log"),
        ):
            yield pharmacy


@pytest.mark.journey
def test_an_alert_that_fires_turns_the_customers_page_red_and_its_end_green(
    demo: Path, tmp_path: Path, root: Path
) -> None:
    program("prometheus"), program("prometheus-alertmanager")
    data = tmp_path / "data"
    data.mkdir()
    with serving(demo, data, environment={"CATENARY_ENGINE": ""}) as product:
        log = tmp_path / "alertmanager.log"
        customer = signed_in(product, CUSTOMER)

        def page(reference: str = PATIENTS) -> str:
            return customer.get(f"{product.url}/services/{reference}/").text

        operator = operator_of(product)

        def condition(reference: str) -> str:
            url = f"{product.url}/api/v1/services/{reference}/status?as=st-mary"
            said: str = operator.get(url).json()["condition"]
            return said

        def account() -> Any:
            return operator.get(f"{product.url}/api/v1/inlets/hospital-it/prometheus").json()

        everything_is_well(product, operator, root)
        wait_until(lambda: condition(PATIENTS) == "operational", log)
        with monitored(product, tmp_path) as pharmacy:
            pharmacy.up = 0
            wait_until(lambda: condition(INVENTORY) == "down", log)
            wait_until(lambda: condition(PATIENTS) != "operational", log)
            red = page()
            wait_until(lambda: account()["repeated"] > 2, log)
            taken = account()["taken"]
            pharmacy.up = 1
            wait_until(lambda: condition(INVENTORY) == "operational", log)
            wait_until(lambda: condition(PATIENTS) == "operational", log)
            green = page()

        told = account()

    assert "PharmacyDown" in red and "does not answer" in red
    assert "<b>inventory</b>" not in red
    assert "PharmacyDown" not in green
    assert taken == 1, "what Alertmanager repeats is one word"
    assert (told["taken"], told["refused"]) == (2, 0)
    assert told["passed-over"] > 0, "the watchdog fires all the time and is no fault"


@pytest.mark.journey
def test_an_alert_that_cannot_be_taken_is_sent_once_and_not_again_and_again(
    demo: Path, tmp_path: Path
) -> None:
    program("prometheus-alertmanager")
    data, port, log = tmp_path / "data", free_port(), tmp_path / "alertmanager.log"
    data.mkdir()
    with serving(demo, data) as product:
        settings = inlet_for(product, tmp_path, repeat="4h")
        with started(alertmanager_of(settings, port), log):
            here = f"http://127.0.0.1:{port}"

            def figure(name: str) -> float:
                told = requests.get(f"{here}/metrics", timeout=10).text
                said = re.findall(rf"^{name}(?:\{{integration=\"webhook\"\}})? (\S+)$", told, re.M)
                return sum(map(float, said))

            def fire(**labels: str) -> None:
                alerts = [{"labels": {"severity": "critical", **labels}}]
                answer = requests.post(f"{here}/api/v2/alerts", json=alerts, timeout=10)
                assert answer.status_code == 200, answer.text

            wait_until(lambda: answers(f"{here}/-/ready"), log)
            fire(alertname="Foreign", service="st-mary/ward-3")
            fire(alertname="Unknown", service="no-such-service")
            fire(alertname="NodeDown")
            wait_until(lambda: figure("alertmanager_notifications_total") >= 3, log)
            # Every second each group is looked at, and sent again when it has not arrived.
            looked = figure("alertmanager_nflog_queries_total")
            wait_until(lambda: figure("alertmanager_nflog_queries_total") >= looked + 12, log)
            sent = figure("alertmanager_notifications_total")
            failed = figure("alertmanager_notifications_failed_total")
        told = command(product, "inlet", "show", "hospital-it/prometheus")

    assert (sent, failed) == (3, 0)
    assert (told["taken"], told["refused"]) == (0, 3)
    assert [row["times"] for row in told["latest-refused"]] == [1, 1, 1]
    assert "level=error" not in log.read_text()


def answers(url: str) -> bool:
    """Whether a page is there by now."""
    try:
        return requests.get(url, timeout=10).status_code == 200
    except requests.ConnectionError:
        return False
