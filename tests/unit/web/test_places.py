"""No page is forgotten where all of them are looked at."""

from importlib import import_module
from pkgutil import iter_modules

from dapp.web import pages
from tests.screens.places import NOT_OPENED, PLACES


def routes() -> set[str]:
    """The patterns of all that a browser can open."""
    modules = [
        import_module(f"{pages.__name__}.{one.name}") for one in iter_modules(pages.__path__)
    ]
    routers = [module.router for module in modules if hasattr(module, "router")]
    return {route.path for one in routers for route in one.routes if "GET" in route.methods}


def test_every_page_is_looked_at() -> None:
    listed = {one.route for one in PLACES} | NOT_OPENED
    assert routes() - listed == set(), "add it to tests/screens/places.py"
    assert listed - routes() == set(), "there is no such page any more"


def test_names_are_pictures_names() -> None:
    names = [one.name for one in PLACES]
    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isalnum() for name in names)
