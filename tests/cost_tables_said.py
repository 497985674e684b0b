"""The seeds' own tables of costs, and why ours differ: a difference is explained, and none is bent to fit."""

from __future__ import annotations

from tests import cost_programs
from tests.cost_tables import HOST, Line, PureCloud, Table
from tests.cost_tables_nomadshift import NOMADSHIFT

EUROPE = "the cheapest offer that has room, at Hetzner; the seed has the prices of dearer hosters, or of larger hosts"
NETWORK = "the private network with its NAT gateway, and what is small; the seed has no line for it"
SERVICES = ("lead", "proposal", "customer", "financial", "analytics", "notification", "compliance", "ai", "migrate")

FOUNDER_DIARY = (
    Table(
        "Founder Diary, phase 1 (FD-7)",
        "founder-diary/1",
        "€25-55 (its lines: 21-51)",
        [
            Line("VPS", "€20-50", [HOST], f"{EUROPE}. With the bucket of its backups"),
            Line("domain", "€10 a year", ["domain-name"]),
        ],
        "",
        "EUR",
    ),
    Table(
        "Founder Diary, phase 2 (FD-7)",
        "founder-diary/2",
        "€150-310",
        [
            Line("a stronger server", "€100-200", [HOST], f"{EUROPE}. With the bucket of its backups"),
            Line("Axiom", "€20-50", ["axiom"], "the entry of its paid plan; more logs cost more"),
            Line("backups elsewhere", "€10-20", (), "the bucket above: 50 GB cost a euro"),
            Line("monitoring", "€20-40", (), "Prometheus and Grafana run on the host"),
            Line("domain", "-", ["domain-name"], "the seed counts it in phase 1 alone"),
        ],
        "",
        "EUR",
    ),
)

CUENTA_CONMIGO = (
    Table(
        "Cuenta Conmigo, phase 0 (CC-1)",
        "cuenta-conmigo/0",
        "$25-50",
        [Line("VPS of 2 vCPU, 4 GB", "$25-50", [HOST], f"{EUROPE}. 8 GB: 4 have no room. At DigitalOcean, 42")],
        "",
    ),
    Table(
        "Cuenta Conmigo, phase 1 (CC-2)",
        "cuenta-conmigo/1",
        "$80-120 (its lines: 80)",
        [
            Line("two backends at DigitalOcean", "$24", [HOST], "all four lines run on one host of 16 GB here"),
            Line("PostgreSQL and replica, RDS", "$35", (), "on the host; managed, two db.t4g.small would be about 50"),
            Line("Redis Cloud, 1 GB", "$15", (), "on the host"),
            Line("balancer", "$6", (), "on the host"),
        ],
        "",
    ),
    Table(
        "Cuenta Conmigo, phase 2 (CC-3)",
        "cuenta-conmigo/2",
        "$335-450 (its lines: 335)",
        [
            Line("EC2, two to ten", "$120", ["app", "mailer"], "Fargate, counted at its least, two"),
            Line(
                "Aurora, a writer and two readers",
                "$150",
                ["db"],
                "a standby in another zone, two readers of 8 GB and RDS Proxy at list price: one db.r6g.large of "
                "Aurora alone is 190, so the seed's figure buys no three of them",
            ),
            Line("ElastiCache", "$25", ["cache"], "three nodes, for a failover; the seed's figure is that of one"),
            Line("CloudFront", "$20", ["edge", "files"], "50 GB to visitors, of which the seed says nothing"),
            Line("API Gateway", "$5", ["gateway"], "a load balancer with a web firewall"),
            Line("a queue", "-", ["events"], "NATS in three zones; the seed asks for it and does not pay it"),
            Line("CloudWatch", "$15", (), "in each component's lines"),
        ],
        NETWORK,
    ),
)

BEYOND = "AWS's own CDN and the cache, which the seed draws and does not pay"
CUENTA_CONMIGO_BEYOND = (
    Table(
        "Cuenta Conmigo, phase 3 (CC-4)",
        cost_programs.phase_3,
        "$980-1,500 (its lines: 980)",
        [
            Line("EKS", "$300", ["eks"], "a control plane in each of two regions; the seed does not say what else"),
            Line("nodes", "$400", ["nodes"], "three m7g.xlarge in each region, for what the seed's seven services ask"),
            Line(
                "Aurora Global",
                "$200",
                ["aurora"],
                "two db.r6g.large in us-east-1, one in eu-west-1, whose price the "
                "book has not; what a global database copies is not counted",
            ),
            Line(
                "ElastiCache Global",
                "$50",
                ["cache"],
                "two cache.m7g.large in each region: a global datastore takes "
                "no smaller ones; the seed's figure buys none",
            ),
            Line("CloudFront", "$30", ["cdn"], "a thousand requests and 5 MB to each of 100,000 users"),
        ],
        BEYOND,
        usage=cost_programs.PHASE_3_USAGE,
    ),
    Table(
        "Cuenta Conmigo, phase 4 (CC-5)",
        cost_programs.phase_4,
        "$3,600-8,000 (its lines: 3,600)",
        [
            Line("EKS and Fargate", "$1,200", ["eks", "nodes"], "six m7g.xlarge in each region, all month"),
            Line(
                "Aurora Global",
                "$800",
                ["aurora", "tables"],
                "two db.r6g.xlarge in each region, of which the book has "
                "us-east-1's; with DynamoDB, which the seed draws and does not pay",
            ),
            Line(
                "Lambda@Edge",
                "$600",
                ["function"],
                "priced as a function in a region, by a thousand requests of each "
                "of a million users; at the edge one costs about three times that",
            ),
            Line("AI and ML", "$500", ["learning"], "the seed's own"),
            Line("several CDNs", "$300", ["second"], "the seed's own"),
            Line("global networking", "$200", (), "between regions: no usage says how much"),
        ],
        BEYOND,
        usage=cost_programs.PHASE_4_USAGE,
    ),
)


SAO_PAULO = (
    "the managed fallback (VS-2): two tasks, which a release needs, at the prices of São Paulo, where most costs half "
    "more. Vercel takes a fee for a seat and its usage, and the seed counts the seat"
)
VINA_SANTA_CRUZ = tuple(
    Table(
        f"Viña Santa Cruz, phase {phase} (VS-16)",
        f"vina-santa-cruz/{phase}",
        total,
        [
            Line("Vercel Pro", "$20", ["shop", "aws-cluster"], SAO_PAULO),
            Line("Supabase", supabase, ["db"], database),
            Line("Cloudinary", cloudinary, ["images"], "a bucket; images are optimised by the shop itself"),
            Line("Sentry Team", "$26", ["errors"]),
            Line(
                "UptimeRobot",
                uptime,
                ["uptime", "site"],
                "by the month, where the seed has a year's contract; and health checks, which wake by Route 53",
            ),
            Line("Cloudflare", cloudflare, ["edge", "gateway", "zone"], "CloudFront, a balancer and a web firewall"),
        ],
        "a NAT gateway at São Paulo's price (68), the cache, copies, alerts, pages, jobs (VS-7 to VS-12), keys, "
        "secrets: in the seed's services",
    )
    for phase, total, supabase, database, cloudinary, uptime, cloudflare in (
        (1, "$46-71", "$0-25", "a db.t4g.small at the prices of São Paulo", "$0", "$0", "$0"),
        (2, "$177-197", "$25", "a db.t4g.medium at the prices of São Paulo", "$99", "$7", "$20"),
        (
            3,
            "$372",
            "$50",
            "a standby and a replica (VS-16 asks 99.9 %), which São Paulo's book has not: the rest",
            "$249",
            "$7",
            "$20",
        ),
    )
)

LAMBDA = "eight services as tasks of Fargate at their least, which run all month; functions are paid by the call"
PURE = (
    "the same without MongoDB Atlas, the one service of this stack that AWS has of its own kind (DynamoDB, by use): "
    "events and cache stand on AWS already. The other differences are the lines' above"
)
ZUCLUBIT = tuple(
    Table(
        f"Zuclubit, phase {phase} (ZU-13)",
        f"zuclubit/{phase}",
        total,
        [
            Line("API Gateway", seed[0], ["gateway"], "a load balancer with a web firewall, at a fixed price"),
            Line("Lambda", seed[1], [*SERVICES, "aws-ecs-network"], LAMBDA),
            Line("RDS PostgreSQL", seed[2], ["db"], database),
            Line(
                "S3 and CloudFront",
                seed[3],
                ["files", "invoices", "edge"],
                "the seed's GB at list prices, and 50 GB to visitors, of which it says nothing",
            ),
            Line(
                "CloudWatch",
                seed[4],
                ["alerts", "executive", "engineering", "sales", "logs", "site"],
                "alarms, boards, lines that are kept and checks from outside; each component's own log is in its line",
            ),
            Line("SageMaker", seed[5], ["learning"], "the seed's own"),
            Line("MongoDB Atlas", seed[6], ["documents"], documents),
            Line(
                "NATS at Synadia",
                seed[7],
                ["events"],
                "three machines of the stack's own, in three zones, with their disks",
            ),
            Line("Supabase Auth", seed[8], ["auth", "auth-secret"], "tasks of Fargate, in the database of the product"),
            Line("Upstash", seed[9], ["cache"], cache),
            Line("PAC", seed[10], ["stamps"], "the seed's own"),
            Line("WhatsApp", seed[11], ["whatsapp"], "the seed's own"),
            *more,
        ],
        NETWORK,
        pure=PureCloud("pure AWS, of which the seed has no lines", pure, ["documents"], PURE),
    )
    for phase, total, pure, seed, database, documents, cache, more in (
        (
            1,
            "$397",
            "$200",
            ("$3.50", "$25", "$60", "$15", "$10", "$50", "$60", "$99", "$30", "$10", "$20", "$15"),
            "its instance is 47, its disk of 20 GB 2",
            "its list price by the hour",
            "one node that runs all month",
            (),
        ),
        (
            2,
            "$1,314",
            "$820",
            ("$35", "$120", "$250", "$45", "$25", "$200", "$180", "$199", "$50", "$30", "$80", "$100"),
            "the replica for analytics and RDS Proxy, which ZU-3 asks and the seed's price has not",
            "M30 is 0.54 an hour on its list (not verified); 180 buys none",
            "one node of 1 GB and more",
            (),
        ),
        (
            3,
            "$5,399",
            "$3,000",
            ("$200", "$600", "$1,200", "$150", "$100", "$800", "$800", "$399", "$100", "$150", "$300", "$500"),
            "a standby doubles a db.r6g.2xlarge, and two replicas are two more; the seed has the price of one",
            "M60 is 3.95 an hour on its list (not verified); 800 buys none",
            "a failover of 3 GB",
            (Line("accounting sync", "$100", ["accounting"], "the seed's own"),),
        ),
    )
)

TABLES: tuple[Table, ...] = (
    *FOUNDER_DIARY, *CUENTA_CONMIGO, *CUENTA_CONMIGO_BEYOND, *NOMADSHIFT, *VINA_SANTA_CRUZ, *ZUCLUBIT,
)  # fmt: skip
