"""What actions are said to take is what their plans ask for."""

import ast
import inspect
from collections.abc import Iterator

import pytest

from dapp.service import plans
from dapp.service.forms import FORMS
from dapp.service.parameters import PARAMETERS, actions, names_of
from dapp.service.prepare import PLANS

_OF_THE_CASE = {"case", "find", "standing"}


def asked(function: object) -> Iterator[str]:
    """The names that the source of a plan, and of what it calls in its module, asks for."""
    tree = ast.parse(inspect.getsource(function))  # type: ignore[arg-type]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            inner = getattr(inspect.getmodule(function), node.func.id, None)
            if inspect.isfunction(inner) and inner.__module__ != plans.__name__:
                yield from asked(inner)
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner, method = node.func.value, node.func.attr
        if isinstance(owner, ast.Name) and owner.id == "desk":
            yield from ("complaint",) if method in _OF_THE_CASE else ()
            yield from ("to",) if method == "receiver" else ()
        if isinstance(owner, ast.Attribute) and owner.attr == "params":
            given = [one.value for one in node.args[:1] if isinstance(one, ast.Constant)]
            yield str(given[0]) if given else method


@pytest.mark.parametrize("action", PLANS)
def test_an_action_takes_what_its_plan_asks_for(action: str) -> None:
    assert set(names_of(action)) == set(asked(PLANS[action]))


def test_every_action_is_listed_and_no_parameter_is_left_over() -> None:
    listed = actions()
    assert {one["action"] for one in listed} == set(PLANS) == set(FORMS)
    assert {each["name"] for one in listed for each in one["parameters"]} == set(PARAMETERS)
