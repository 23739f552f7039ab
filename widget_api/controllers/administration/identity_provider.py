"""The identity provider of a business, for admins and `admin` keys."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from pulse.auth.oidc import providers
from pulse.auth.oidc.domains import DomainProof, domain_proofs, prove_by_dns
from pulse.auth.oidc.providers import Provider
from pulse.auth.roles import Permission, Role
from pulse.errors import NotFound
from widget_api.request_types import AskedBy
from widget_api.schemas import Data

Domain = Annotated[str, PathParameter(description="An e-mail domain that is set.")]


class SetProvider(msgspec.Struct, frozen=True):
    """The provider. An empty client secret keeps the present one.

    role_claim is a claim's name or a dotted path (realm_access.roles); role_values gives a role,
    built-in or of the business's own, by the claim's value; who has none of them gets default_role.
    """

    issuer: Annotated[str, Meta(min_length=8, max_length=2000)]
    client_id: Annotated[str, Meta(min_length=1, max_length=300)]
    domains: Annotated[list[str], Meta(min_length=1, max_length=20)]
    client_secret: Annotated[str, Meta(max_length=1000)] = ""
    role_claim: Annotated[str, Meta(max_length=200)] = ""
    role_values: dict[str, Annotated[str, Meta(min_length=1, max_length=40)]] = {}
    default_role: Role = Role.viewer
    is_enforced: bool = False


class IdentityProviderController(Controller):
    """/api/identity-provider"""

    path = "/api/identity-provider"
    tags = ("sign-in",)

    @get("", operation_id="get_identity_provider")
    async def shown(self, request: AskedBy) -> Data[Provider]:
        """The provider of the business, without its secret."""
        found = await providers.provider_of(request.user.staff(Permission.manage_sign_in))
        if found is None:
            raise NotFound("This business has no identity provider.", code="OIDC_NONE")
        return Data(found)

    @put("", operation_id="set_identity_provider")
    async def change(self, request: AskedBy, data: JSONBody[SetProvider]) -> Data[Provider]:
        """Set the provider.

        Its metadata is fetched first; a provider that does not answer is refused.
        """
        given = Provider(
            issuer=data.issuer,
            client_id=data.client_id,
            domains=data.domains,
            role_claim=data.role_claim,
            role_values=data.role_values,
            default_role=data.default_role.value,
            is_enforced=data.is_enforced,
        )
        scope = request.user.staff(Permission.manage_sign_in)
        return Data(await providers.set_provider(scope, given, data.client_secret))

    @get("/domains", operation_id="list_sign_in_domains")
    async def domains(self, request: AskedBy) -> Data[list[DomainProof]]:
        """The e-mail domains, with the TXT record that proves each and whether it is proven."""
        return Data(await domain_proofs(request.user.staff(Permission.manage_sign_in)))

    @post("/domains/{domain:str}/check", operation_id="prove_sign_in_domain", status_code=200)
    async def check(self, request: AskedBy, domain: Domain) -> Data[DomainProof]:
        """Look the domain's TXT record up. Only proven domains can refuse passwords."""
        scope = request.user.staff(Permission.manage_sign_in)
        return Data(await prove_by_dns(scope, domain))

    @delete("", operation_id="remove_identity_provider", status_code=200)
    async def remove(self, request: AskedBy) -> Data[dict[str, bool]]:
        """Remove the provider: people sign in with passwords again. Accounts stay."""
        await providers.remove_provider(request.user.staff(Permission.manage_sign_in))
        return Data({"removed": True})
