"""What every target's Mailer must do."""

from infra_kit import Domain, Mailer, Target, features
from infra_kit.components.mailer import MailerEndpoint
from infra_kit.testing.conformance.base import NAME
from infra_kit.testing.conformance.suite import ComponentConformance

DOMAIN = "shop.example"


class MailerConformance(ComponentConformance):
    component = Mailer
    endpoint = MailerEndpoint
    secrets = frozenset({"password", "url"})
    arguments = {"domain": DOMAIN}
    keeps_data = False
    asks = {features.BOUNCE_REPORTS: {"feedback": ["postmaster@shop.example"]}}
    links = {"send": lambda mail: mail.link()}
    gives_secret = frozenset({"IT_URL", "IT_PASSWORD"})
    gives = gives_secret | {"IT_HOST", "IT_PORT", "IT_USERNAME", "IT_SECURITY", "IT_SENDER"}
    variations = {
        "another sender": {"sender": "orders@shop.example"},
        "a stricter policy": {"dmarc": "reject", "dmarc_reports": ["dmarc@shop.example"]},
    }

    def test_the_domains_records_are_in_its_zone_where_mail_leaves_by_it(self, target: Target) -> None:
        """Made where the zone has servers, else said; told in any case, but where nothing leaves."""

        def program() -> None:
            zone = Domain("zone", target=target, domain=DOMAIN)
            Mailer(NAME, target=target, domain=DOMAIN, zones=[zone])

        made = self.run(program)
        zone, told = made.named("zone").outputs, made.named(NAME).outputs["records"]
        in_zone = [it.name for it in made.children("zone") if "_dmarc" in it.name] or zone["to_set"]
        assert bool(in_zone) == bool(told)
        assert all(line in told for line in zone["to_set"])
