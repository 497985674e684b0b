"""How CloudWatch measures documents, search, logins and mail."""

from __future__ import annotations

import pytest

from infra_kit.errors import UnsupportedFeatureError
from infra_kit.signals import Signal
from tests.unit.providers.aws.alarms import alarm, alerts, figure
from tests.unit.providers.aws.test_signals import KINDS, rule


def test_each_instance_of_a_document_store_is_down_when_it_reports_nothing() -> None:
    made = alerts(KINDS["document_store"], rules={"down": rule(Signal.UPTIME, below=100)})
    for role in ("down.docs", "down.docs.replica-1"):
        assert figure(made, role) == ("IF(it >= 0, 100, 0)", {"it": ("DatabaseConnections", "Average")})
        assert alarm(made, role)["treatMissingData"] == "breaching"
    asked = [
        alarm(made, role)["metricQueries"][0]["metric"]["dimensions"] for role in ("down.docs", "down.docs.replica-1")
    ]
    servers = [made.named(name).outputs["identifier"] for name in ("docs-server", "docs-replica-1")]
    assert asked == [{"DBInstanceIdentifier": it} for it in servers]


def test_what_a_document_store_has_filled_is_a_share_of_all_that_its_cluster_may_have() -> None:
    made = alerts(KINDS["document_store"], rules={"full": rule(Signal.DISK)})
    assert figure(made, "full.docs") == (f"100 * filled / {128 * 2**40}", {"filled": ("VolumeBytesUsed", "Average")})
    (series,) = [it["metric"] for it in alarm(made, "full.docs")["metricQueries"] if "metric" in it]
    its = {"DBClusterIdentifier": made.named("docs-cluster").outputs["clusterIdentifier"]}
    assert (series["namespace"], series["dimensions"]) == ("AWS/DocDB", its)
    assert [it.name for it in made.children("alerts") if it.name.startswith("alerts-full")] == ["alerts-full.docs"]


def test_how_many_connections_a_document_store_takes_it_says_itself() -> None:
    rules = {"busy": rule(Signal.CONNECTIONS), "memory": rule(Signal.MEMORY)}
    made = alerts(KINDS["document_store"], rules=rules)
    open_, most = ("DatabaseConnectionsMax", "Maximum"), ("DatabaseConnectionsLimit", "Maximum")
    assert figure(made, "busy.docs.replica-1") == ("100 * open / most", {"open": open_, "most": most})
    assert figure(made, "memory.docs")[0] == f"100 - 100 * free / {4 * 2**30}"


def test_search_is_down_while_a_part_of_an_index_is_lost_or_nothing_is_told() -> None:
    made = alerts(KINDS["search"], rules={"down": rule(Signal.UPTIME, below=100)})
    assert figure(made, "down.search") == ("100 - 100 * lost", {"lost": ("ClusterStatus.red", "Maximum")})
    told = alarm(made, "down.search")
    assert told["treatMissingData"] == "breaching"
    (series,) = [it["metric"] for it in told["metricQueries"] if "metric" in it]
    its = {"ClientId": "123456789012", "DomainName": made.named("search-domain").inputs["domainName"]}
    assert (series["namespace"], series["dimensions"]) == ("AWS/ES", its)


def test_of_search_the_worst_node_is_told_its_heap_and_its_disk() -> None:
    made = alerts(KINDS["search"], rules={it.value: rule(it) for it in (Signal.CPU, Signal.MEMORY, Signal.DISK)})
    assert figure(made, "cpu.search")[1] == {"it": ("CPUUtilization", "Maximum")}
    assert figure(made, "memory.search")[1] == {"it": ("JVMMemoryPressure", "Maximum")}
    assert figure(made, "disk.search") == ("100 - 100 * free / 20480", {"free": ("FreeStorageSpace", "Minimum")})


def test_of_logins_those_are_wrong_that_got_no_token() -> None:
    made = alerts(KINDS["auth"], rules={"errors": rule(Signal.ERRORS)})
    wanted = {"failed": ("Errors", "Sum"), "tokens": ("Invocations", "Sum")}
    assert figure(made, "errors.people") == ("100 * FILL(failed, 0) / tokens", wanted)
    told = alarm(made, "errors.people")
    (failed, *_) = told["metricQueries"]
    assert failed["metric"]["dimensions"] == {"FunctionName": made.named("people-claims").outputs["name"]}
    assert told["treatMissingData"] == "notBreaching"


def test_whether_cognito_and_ses_are_up_are_gaps_with_a_way_out() -> None:
    for kind, said in (("auth", "Uptime of its keys"), ("mailer", "what becomes of mail")):
        with pytest.raises(UnsupportedFeatureError, match=said):
            alerts(KINDS[kind], rules={"down": rule(Signal.UPTIME)})


def test_of_mail_what_came_back_and_what_was_called_spam_is_counted_by_its_own_rules() -> None:
    made = alerts(KINDS["mailer"], rules={it.value: rule(it) for it in (Signal.BOUNCES, Signal.COMPLAINTS)})
    for name, metric in (("bounces", "Reputation.BounceRate"), ("complaints", "Reputation.ComplaintRate")):
        assert figure(made, f"{name}.mail") == ("100 * share", {"share": (metric, "Average")})
        told = alarm(made, f"{name}.mail")
        (series,) = [it["metric"] for it in told["metricQueries"] if "metric" in it]
        rules = made.named("mail-rules").inputs["configurationSetName"]
        assert series["dimensions"] == {"ses:configuration-set": rules}
        assert (series["period"], told["treatMissingData"]) == (3600, "ignore")
