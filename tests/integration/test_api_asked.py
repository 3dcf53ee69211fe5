"""Everything that the description of the API allows is answered as the description says."""

from tests import api_scene
from tests.api_scene import Scene
from tests.asking import ask

scene = api_scene.scene


def test_whatever_is_asked_is_answered_as_described(scene: Scene) -> None:
    done = ask(scene.service.url, seconds=45, examples=6, seed=7)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    assert scene.service.http.get("/readyz").status_code == 200
