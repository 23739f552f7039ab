"""Proof that a business owns an e-mail domain: a DNS TXT record, or an operator's command.

Passwords are refused only for proven domains (`providers.enforce`). So a business that enters a
domain of others cannot keep their people from signing in.
"""

import hmac
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from dns.asyncresolver import Resolver
from dns.exception import DNSException

from pulse import clock, settings
from pulse.auth import audit
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, Invalid, NotAllowed, NotFound
from pulse.i18n.sentences import Sentence
from pulse.tables.staff import SignInDomain

RECORD = "_pulse-challenge"
LOOK_UP_SECONDS = 5.0


class DomainProof(msgspec.Struct, frozen=True):
    """A domain of single sign-on, the TXT record that proves it, and when it was proven."""

    domain: str
    record_name: str
    record_value: str
    proven_at: datetime | None = None


async def domain_proofs(scope: Scope) -> list[DomainProof]:
    """The configured domains and their proofs, by name."""
    scope.require(Permission.manage_sign_in)
    async with tenant(scope) as unit:
        rows = (
            await SignInDomain.select(SignInDomain.domain, SignInDomain.proven_at)
            .where(SignInDomain.business_id == unit.business_id)
            .order_by(SignInDomain.domain)
        )
    return [_proof(scope, row["domain"], row["proven_at"]) for row in rows]


async def prove_by_dns(scope: Scope, domain: str) -> DomainProof:
    """Look up the TXT record and store that the domain is proven; audited.

    Raises NotFound for a domain that is not configured, Invalid when the record is missing.
    """
    scope.require(Permission.manage_sign_in)
    wanted = await _known(scope, domain)
    found = await _txt_records(wanted.record_name)
    if wanted.record_value not in found:
        raise Invalid(
            Sentence(
                "The TXT record of {record_name} does not hold {record_value}. DNS may take "
                "some minutes after a change.",
                record_name=wanted.record_name,
                record_value=wanted.record_value,
            ),
            code="DOMAIN_UNPROVEN",
            found=found[:10],
        )
    return await _store_proof(scope, wanted, "DNS")


async def prove_by_operator(scope: Scope, domain: str) -> DomainProof:
    """Mark a domain as proven without DNS, by a command on the server; audited."""
    if scope.actor.kind != "pulse":
        raise NotAllowed("Without DNS a domain can only be verified by a command on the server.")
    return await _store_proof(scope, await _known(scope, domain), "the operator")


async def is_proven(unit: Unit, domain: str) -> bool:
    """Whether this business has proven that it owns the domain."""
    return await SignInDomain.exists().where(
        SignInDomain.business_id == unit.business_id,
        SignInDomain.domain == domain,
        SignInDomain.proven_at.is_not_null(),
    )


async def require_proof(unit: Unit) -> None:
    """Raise Conflict while one of the business's domains is not proven."""
    rows = await SignInDomain.select(SignInDomain.domain).where(
        SignInDomain.business_id == unit.business_id, SignInDomain.proven_at.is_null()
    )
    if rows:
        named = ", ".join(sorted(row["domain"] for row in rows))
        raise Conflict(
            Sentence(
                "Prove first that you own {named}: set the TXT record that is shown, and check it.",
                named=named,
            ),
            code="DOMAIN_UNPROVEN",
        )


async def _known(scope: Scope, domain: str) -> DomainProof:
    domain = domain.strip().lower()
    for one in await domain_proofs(scope):
        if one.domain == domain:
            return one
    raise NotFound(
        Sentence("Single sign-on is not set for {domain}.", domain=domain), code="DOMAIN_UNKNOWN"
    )


async def _store_proof(scope: Scope, proof: DomainProof, by: str) -> DomainProof:
    proven = msgspec.structs.replace(proof, proven_at=clock.now())
    async with tenant(scope) as unit:
        await SignInDomain.update({SignInDomain.proven_at: proven.proven_at}).where(
            SignInDomain.business_id == unit.business_id, SignInDomain.domain == proof.domain
        )
        await audit.record(unit, scope, "oidc.domain_proven", proof.domain, after={"by": by})
    return proven


def _proof(scope: Scope, domain: str, proven_at: datetime | None) -> DomainProof:
    """The proof of a domain; the record's value is derived from secret, business and domain."""
    said = f"domain proof {scope.business_id} {domain}".encode()
    token = hmac.new(settings.current().secret.encode(), said, sha256).hexdigest()[:40]
    return DomainProof(domain, f"{RECORD}.{domain}", f"pulse-domain={token}", proven_at)


async def _txt_records(name: str) -> list[str]:
    """The values of the TXT records of this name; empty when there are none."""
    try:
        answer: Any = await _resolver().resolve(f"{name}.", "TXT", lifetime=LOOK_UP_SECONDS)
    except (DNSException, OSError):
        return []
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def _resolver() -> Resolver:
    """The system's resolver, or the one in PULSE_DNS_SERVERS (`address` or `address:port`)."""
    chosen = settings.current().dns_servers
    if not chosen:
        return Resolver()
    made = Resolver(configure=False)
    address, _, port = chosen.rpartition(":") if chosen.count(":") == 1 else (chosen, "", "")
    made.nameservers = [one.strip() for one in address.split(",")]
    made.port = int(port) if port else 53
    return made
