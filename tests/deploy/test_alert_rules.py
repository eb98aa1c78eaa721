"""Each alert fires for its own problem, after its time, and not while all is well."""

import subprocess
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import yaml

from integration.settings import PROJECT
from tests.deploy.prometheus import NAMES, RULES, RULES_FILE

PAGE, RECEIVER = 'job="worksights-zoom-page"', 'job="worksights-zoom-receiver"'
WELL = {
    f"up{{{PAGE}}}": "1x300",
    f"up{{{RECEIVER}}}": "1x300",
    f"zoom_database_up{{{PAGE}}}": "1x300",
    f"zoom_figures_read{{{PAGE}}}": "1x300",
    f"zoom_deliveries_unavailable_total{{{RECEIVER}}}": "7x300",
    f'zoom_deliveries_refused_total{{{RECEIVER},reason="signature"}}': "0+1x300",
    f"zoom_deliveries_total{{{RECEIVER}}}": "0+5x300",
    "zoom_home_nearly_full": "0x300",
    **{
        f'zoom_problems{{cause="{cause}"}}': "0x300"
        for cause in (
            *("batches_late", "daemon_silent", "audit_failed_anywhere", "failures_anywhere"),
            *("silence_anywhere", "url_validation_lapsed", "erasure_due"),
            *("events_missing_anywhere", "days_unhealed"),
        )
    },
    'zoom_imports_failing{cause="access_lost"}': "0x300",
    **{
        f'zoom_sessions_of_day{{state="{state}"}}': f"{sessions}x300"
        for state, sessions in (("received", 1204), ("healed", 3), ("missing", 0))
    },
    "zoom_notification_channels_failing": "0x300",
}
# Alert -> the series that differ (None: it is missing), and the minute in which it fires.
FIRING: dict[str, tuple[dict[str, str | None], int]] = {
    "ZoomProcessDown": ({f"up{{{RECEIVER}}}": "0x300"}, 5),
    "ZoomPageMissing": ({f"up{{{PAGE}}}": None}, 5),
    "ZoomDatabaseDown": ({f"zoom_database_up{{{PAGE}}}": "0x300"}, 3),
    "ZoomFiguresNotRead": ({f"zoom_figures_read{{{PAGE}}}": "0x300"}, 15),
    "ZoomDeliveriesNotStored": (
        {f"zoom_deliveries_unavailable_total{{{RECEIVER}}}": "7 7 8x300"}, 2,
    ),
    "ZoomDeliveriesRefused": ({f"zoom_deliveries_total{{{RECEIVER}}}": "9x300"}, 36),
    "ZoomHomeNearlyFull": ({"zoom_home_nearly_full": "1x300"}, 60),
    "ZoomBatchesLate": ({'zoom_problems{cause="batches_late"}': "1x300"}, 20),
    "ZoomDaemonSilent": ({'zoom_problems{cause="daemon_silent"}': "0 1x300"}, 1),
    "ZoomAuditFailed": ({'zoom_problems{cause="audit_failed_anywhere"}': "0 1x300"}, 1),
    "ZoomSessionsFailed": ({'zoom_problems{cause="failures_anywhere"}': "1x300"}, 60),
    "ZoomSilent": ({'zoom_problems{cause="silence_anywhere"}': "0 1x300"}, 1),
    "ZoomUrlValidationLapsed": ({'zoom_problems{cause="url_validation_lapsed"}': "0 1x300"}, 1),
    "ZoomEventsMissing": ({'zoom_problems{cause="events_missing_anywhere"}': "0 1x300"}, 61),
    "ZoomDaysUnhealed": ({'zoom_problems{cause="days_unhealed"}': "1x300"}, 240),
    "ZoomSessionsMissing": ({'zoom_sessions_of_day{state="missing"}': "0 1x300"}, 61),
    "ZoomErasureDue": ({'zoom_problems{cause="erasure_due"}': "0 1x300"}, 1),
    "ZoomImportsFailing": ({'zoom_imports_failing{cause="access_lost"}': "2x300"}, 120),
    "ZoomNotificationsFailing": ({"zoom_notification_channels_failing": "1x300"}, 15),
    # promtool's time starts at 0, so the email is from its first second.
    "ZoomMailWaiting": ({"zoom_oldest_waiting_mail_timestamp_seconds": "0x300"}, 16),
}  # fmt: skip


def test_every_alert_is_tested_and_says_what_to_do() -> None:
    assert sorted(NAMES) == sorted(FIRING)
    for rule in RULES:
        assert rule["labels"]["severity"] in ("critical", "warning"), rule["alert"]
        assert {*rule["annotations"]} == {"summary", "description"}, rule["alert"]


def test_every_alert_is_documented_with_its_first_step() -> None:
    document = (PROJECT / "docs" / "operations" / "monitoring.md").read_text()
    assert [name for name in NAMES if f"| `{name}` |" not in document] == []


@pytest.mark.skipif(which("promtool") is None, reason="no promtool (Debian: prometheus)")
def test_each_alert_fires_after_its_time_and_alone(tmp_path: Path) -> None:
    cases = [_case({}, at=299, firing=None)]
    for alert, (series, minute) in FIRING.items():
        cases += [
            _case(series, at=minute - 1, firing=None, only=alert),
            _case(series, at=minute, firing=alert),
        ]
    file = tmp_path / "alerts_test.yml"
    file.write_text(yaml.safe_dump({"rule_files": [str(RULES_FILE)], "tests": cases}))
    tested = subprocess.run(
        ["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert tested.returncode == 0, tested.stdout + tested.stderr


def _case(
    changed: dict[str, str | None], *, at: int, firing: str | None, only: str | None = None
) -> dict[str, Any]:
    """At the minute `at`, the alert `firing` fires and no other does; with `only`, others are not
    looked at. Counts the series `ALERTS`, so labels and annotations are not compared.
    """
    series = {**WELL, **changed}
    names = f'alertname="{only}",' if only else ""
    return {
        "interval": "1m",
        "input_series": [
            {"series": name, "values": values} for name, values in series.items() if values
        ],
        "promql_expr_test": [
            {
                "expr": f'count by (alertname) (ALERTS{{{names}alertstate="firing"}})',
                "eval_time": f"{at}m",
                "exp_samples": [{"labels": f'{{alertname="{firing}"}}', "value": 1}]
                if firing
                else [],
            }
        ],
    }
