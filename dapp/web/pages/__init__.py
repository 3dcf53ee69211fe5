"""The HTML pages; `router` serves them and `error_page` says what went wrong to a reader."""

from fastapi import APIRouter

from dapp.web.pages import audit, case, cases, desk, home, keys, orders, panel, verify
from dapp.web.pages.errors import error_page

__all__ = ["error_page", "router"]

router = APIRouter(include_in_schema=False)
for _part in (home, cases, case, orders, desk, panel, keys, audit, verify):
    router.include_router(_part.router)
