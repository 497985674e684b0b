"""Every rule, on every type that it looks at: it finds what is wrong, and nothing in the same thing mended."""

import pytest

from infra_kit.planning.audit.findings import RULES
from tests.unit.planning.audit import cases_aws, cases_gcp, cases_own
from tests.unit.planning.audit.audited import audited
from tests.unit.planning.audit.cases import Case, Program

CASES = [*cases_aws.CASES, *cases_gcp.CASES, *cases_own.CASES]


def found(case: Case, program: Program) -> bool:
    findings = audited(program, **case.settings).findings
    return any(it.rule == case.rule and case.type in (it.type, "*") for it in findings)


def test_no_rule_is_left_out_on_any_type() -> None:
    known = [(rule.id, type_) for rule in RULES for type_ in rule.types]
    assert len(known) == len(set(known)), "two rules of one name on one type: a case would hold for either"
    assert {(case.rule, case.type) for case in CASES} == set(known)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_finds_what_is_wrong_and_leaves_what_is_right(case: Case) -> None:
    assert found(case, case.wrong)
    assert not found(case, case.right)
