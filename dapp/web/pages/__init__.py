"""The HTML pages; `router` serves them and `error_page` says what went wrong to a reader."""

from fastapi import APIRouter

from dapp.web.pages import (
    anchored,
    articles,
    audit,
    brief,
    case,
    cases,
    conduct,
    desk,
    desk_organisation,
    file,
    home,
    keys,
    me,
    messages,
    orders,
    organisations,
    panel,
    policies,
    practice,
    service,
    stats,
    verify,
)
from dapp.web.pages.errors import error_page

__all__ = ["error_page", "router"]

router = APIRouter(include_in_schema=False)
for _part in (
    home,
    cases,
    case,
    orders,
    desk,
    desk_organisation,
    panel,
    brief,
    practice,
    file,
    anchored,
    keys,
    audit,
    verify,
    messages,
    articles,
    service,
    conduct,
    me,
    organisations,
    policies,
    stats,
):
    router.include_router(_part.router)
