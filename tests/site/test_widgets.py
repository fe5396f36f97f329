"""The widgets in a real browser, read from disk: the model in the page, and playing with it."""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from math import exp, log
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"  # read once, when huggingface_hub is first imported

import pytest
import torch
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from framebuild.load import load
from framebuild.render import render
from framebuild.site import build_site, mkdocs_ready
from framebuild.storybook import Storybook, find_storybook, storybook_made
from framelab import attention_patterns
from framelab import load as load_model
from framelab.stories import STORIES
from framespec.corpus import find_root

DRIVER = shutil.which("chromedriver")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(DRIVER is None, reason="needs Debian's chromium and chromium-driver"),
]

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars",
)  # fmt: skip
TEXTS = (
    "long ago a shy fox named Mira lived by the sea . one night Mira",
    "once upon a time , a bear named Pip lived by the mill . Pip had a glass lamp , but one",
    "snow snow the wolf “ I became",  # nothing that the world would tell
)
KINDS = ("game", "loom", "inside")


@pytest.fixture(scope="module")
def book() -> Storybook:
    """The storybook of this checkout: trained once, as a build would, and kept beside the runs."""
    with storybook_made(find_root()):
        pass
    found = find_storybook(find_root())
    assert found
    return found


def built(root: Path, book: Storybook | None) -> Path:
    shutil.copy(find_root() / "mkdocs.yml", root)
    corpus, _ = load(find_root())
    with mkdocs_ready(root) as mkdocs:
        build_site(root, render(corpus, {}, "2026-01-01", book=book), mkdocs)
    return root / "site"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, book: Storybook) -> Path:
    """The pages of the real records with the model; no demo is run for it."""
    return built(tmp_path_factory.mktemp("site"), book)


@pytest.fixture(scope="module")
def shared_browser() -> Iterator[webdriver.Chrome]:
    options = Options()
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    found = webdriver.Chrome(options=options, service=Service(DRIVER, log_output=os.devnull))
    yield found
    found.quit()


@pytest.fixture
def browser(shared_browser: webdriver.Chrome) -> webdriver.Chrome:
    """A blank page: an address that differs only after the # would not be loaded anew."""
    shared_browser.get("about:blank")
    screen = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    shared_browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    return shared_browser


def play(browser: webdriver.Chrome, kind: str, address: str) -> WebElement:
    """Open a page and start a widget in it, as its button does."""
    browser.get(address)
    return started(browser, kind)


def started(browser: webdriver.Chrome, kind: str) -> WebElement:
    widget = browser.find_element(By.TAG_NAME, f"play-{kind}")
    browser.execute_script("arguments[0].start(false)", widget)
    state = partial(widget.get_attribute, "data-state")
    WebDriverWait(browser, 30).until(lambda _: state() in ("ready", "failed"))
    assert state() == "ready", browser.get_log("browser")
    return widget


def page(site: Path) -> str:
    return (site / "play/index.html").as_uri()


def in_page(browser: webdriver.Chrome, script: str, *given: Any) -> Any:
    return browser.execute_script(f"const {{lm, world}} = framesPlay.loaded; {script}", *given)


def test_the_model_has_learned_and_is_small(book: Storybook) -> None:
    assert book.about["bytes"] < 1_000_000
    assert len(book.script) < 1_000_000
    assert -0.01 < book.about["distance"] < 0.05  # nats a word from the best possible


@pytest.mark.parametrize("text", TEXTS)
def test_the_page_computes_what_pytorch_computes(
    browser: webdriver.Chrome, site: Path, tmp_path: Path, text: str
) -> None:
    play(browser, "game", page(site))
    ids = STORIES.read(text)
    found = in_page(
        browser,
        "return lm.run(arguments[0]).map((row) => ({logits: Array.from(row.logits),"
        " looks: row.looks.map((heads) => heads.map((one) => Array.from(one)))}))",
        ids,
    )
    model = load_model(str(shipped(site, tmp_path))).model
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids])).logits[0]
    mine = torch.tensor([row["logits"] for row in found])
    assert (mine - logits).abs().max() < 1e-4
    patterns = attention_patterns(model, torch.tensor([ids]))[:, 0]  # [layer, head, query, key]
    for query, row in enumerate(found):
        looks = torch.tensor(row["looks"])  # [layer, head, key]
        assert (looks - patterns[:, :, query, : query + 1]).abs().max() < 1e-4


def shipped(site: Path, folder: Path) -> Path:
    """The very weights that the page loads, as a checkpoint folder."""
    import base64

    text = (site / "assets/story-model.js").read_text(encoding="ascii")
    found = json.loads(text.removeprefix("framesPlay.give(").removesuffix(");\n"))
    (folder / "model.safetensors").write_bytes(base64.b64decode(found["weights"]))
    (folder / "config.json").write_text(json.dumps(found["config"]), encoding="utf-8")
    return folder


def test_the_page_knows_the_best_odds(browser: webdriver.Chrome, site: Path) -> None:
    play(browser, "game", page(site))
    for seed in (1, 2):
        ids = in_page(browser, "return world.story(arguments[0], 96)", seed)
        exact = torch.tensor(STORIES.exact_odds(ids[:-1]))
        asked = (
            "return arguments[0].map((_, at, all) => Array.from(world.best(all.slice(0, at + 1))))"
        )
        found = torch.tensor(in_page(browser, asked, ids[:-1]), dtype=torch.float64)
        assert (found - exact).abs().max() < 1e-9
        assert in_page(browser, "return world.story(arguments[0], 96)", seed) == ids


def test_the_game_charges_what_a_hand_would(browser: webdriver.Chrome, site: Path) -> None:
    widget = play(browser, "game", page(site) + "#game=3")
    ids = in_page(browser, "return world.story(3, 96)")
    exact = STORIES.exact_odds(ids[:-1])
    place = next(at for at, odds in enumerate(exact) if (odds > 0).sum() > 1)
    truth = STORIES.words[ids[place + 1]]
    names = [
        str(one.get_attribute("aria-label")).removeprefix("Name ")
        for one in widget.find_elements(By.CSS_SELECTOR, ".play-word")
    ]
    assert sorted(names) == sorted(STORIES.words[at] for at in exact[place].nonzero()[0])
    # By keyboard, two points on the truth to one on another word, and none on the rest.
    other = next(name for name in names if name != truth)
    for name in names:
        slider = widget.find_element(By.CSS_SELECTOR, f"[aria-label='Belief in {name}']")
        assert str(slider.get_attribute("value")) == f"{100 / len(names):.0f}"
        slider.send_keys(Keys.HOME, *[Keys.ARROW_RIGHT] * {truth: 10, other: 5}.get(name, 0))
    slider.send_keys(Keys.ENTER)
    paid = json.loads(str(widget.find_element(By.CSS_SELECTOR, ".play").get_attribute("data-paid")))
    scores = in_page(browser, f"return Array.from(lm.run([0])[{place}].logits)")
    believed = 0.98 * 2 / 3 + 0.02 / len(names)
    model = log(sum(exp(score) for score in scores)) - scores[ids[place + 1]]
    assert paid[0]["you"] == pytest.approx(-log(believed), abs=1e-9)
    assert paid[0]["best"] == pytest.approx(-log(exact[place, ids[place + 1]]), abs=1e-9)
    assert paid[0]["model"] == pytest.approx(model, abs=1e-6)
    assert f"{-log(believed):.2f}" in widget.find_element(By.CSS_SELECTOR, "[data-player=you]").text


def test_a_whole_game_ends_with_what_the_numbers_mean(
    browser: webdriver.Chrome, site: Path
) -> None:
    widget = play(browser, "game", page(site))
    body = widget.find_element(By.CSS_SELECTOR, ".play")
    submit = body.find_element(By.CSS_SELECTOR, "[type=submit]")
    for _ in range(100):  # a story asks for fewer words than it has
        if not submit.is_displayed():
            break
        submit.send_keys(Keys.ENTER)
    paid = json.loads(str(body.get_attribute("data-paid")))
    said = body.find_element(By.CSS_SELECTOR, "[role=status]").text
    for player in ("you", "model", "best"):
        assert f"{sum(one[player] for one in paid):.2f}" in said
    assert "the best possible predictor" in said
    plot = body.find_element(By.TAG_NAME, "svg")
    assert f"after {len(paid)} words" in str(plot.get_attribute("aria-label"))


def chosen(widget: WebElement) -> str:
    return str(
        widget.find_element(By.CSS_SELECTOR, "[aria-selected=true]").get_attribute("aria-label")
    )


def test_the_loom_grows_by_keyboard_and_its_address_restores_it(
    browser: webdriver.Chrome, site: Path
) -> None:
    widget = play(browser, "loom", page(site))
    root = widget.find_element(By.CSS_SELECTOR, "[tabindex='0'][role=treeitem]")
    assert root.get_attribute("aria-expanded") == "true"
    root.send_keys(Keys.ARROW_RIGHT)
    assert chosen(widget).startswith("Long ago a")

    def press(*keys: str) -> None:
        for key in keys:
            browser.switch_to.active_element.send_keys(key)

    press(Keys.ENTER, Keys.ARROW_DOWN)
    second = chosen(widget)
    press(Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    levels = {
        str(one.get_attribute("aria-level"))
        for one in widget.find_elements(By.CSS_SELECTOR, "[role=treeitem]")
    }
    assert levels == {"1", "2", "3", "4"}
    press(Keys.ARROW_LEFT, Keys.ARROW_UP)
    assert chosen(widget) == second
    widget.find_element(By.XPATH, ".//button[text()='Keep this path']").send_keys(Keys.ENTER)
    before = widget.find_element(By.CSS_SELECTOR, "[role=tree]").get_attribute("innerHTML")
    kept = widget.find_element(By.CSS_SELECTOR, ".play-loom__kept").text
    assert kept.startswith("Long ago a")
    address = browser.current_url
    browser.get("about:blank")
    again = play(browser, "loom", address)
    tree = again.find_element(By.CSS_SELECTOR, "[role=tree]")
    assert tree.get_attribute("innerHTML") == before
    assert again.find_element(By.CSS_SELECTOR, ".play-loom__kept").text == kept
    browser.get("about:blank")
    model = address.partition("#loom=")[2].partition("_")[0]
    broken = play(browser, "loom", page(site) + f"#loom={model}_10_zzzz_zz_")
    assert len(broken.find_elements(By.CSS_SELECTOR, "[role=treeitem]")) == 6
    browser.get("about:blank")
    other = play(browser, "loom", address.replace(model, "another"))
    assert len(other.find_elements(By.CSS_SELECTOR, "[role=treeitem]")) == 6
    assert "made with another model" in other.find_element(By.CSS_SELECTOR, ".play__buttons").text


def test_the_loom_shows_the_odds_at_its_temperature(browser: webdriver.Chrome, site: Path) -> None:
    widget = play(browser, "loom", page(site))
    scores = torch.tensor(in_page(browser, "return Array.from(lm.run([0])[0].logits)"))
    slider = widget.find_element(By.ID, "loom-temperature")
    slider.send_keys(*[Keys.ARROW_LEFT] * 5)
    forks = widget.find_elements(By.CSS_SELECTOR, "[aria-level='2']")
    shown = [float(str(one.get_attribute("data-odds"))) for one in forks]
    best = (scores.double() / 0.5).softmax(-1).topk(5).values.tolist()
    assert shown == pytest.approx(best, abs=1e-6)
    before = len(widget.find_elements(By.CSS_SELECTOR, "[role=treeitem]"))
    widget.find_element(By.XPATH, ".//button[text()='Draw a sentence']").send_keys(Keys.ENTER)
    story = widget.find_element(By.CSS_SELECTOR, ".play-story").text
    assert "." in story
    assert len(widget.find_elements(By.CSS_SELECTOR, "[role=treeitem]")) > before


def test_inside_rows_sum_to_one_and_unknown_words_are_named(
    browser: webdriver.Chrome, site: Path
) -> None:
    widget = play(browser, "inside", page(site))
    assert len(widget.find_elements(By.CSS_SELECTOR, "canvas")) == 8
    widget.find_element(By.XPATH, ".//summary[starts-with(., 'This head')]").send_keys(Keys.ENTER)
    # A browser tells the page of an opened part a little later, and the rows are drawn then.
    rows = WebDriverWait(widget, 30).until(
        lambda one: one.find_elements(By.CSS_SELECTOR, ".play-inside__numbers tbody tr")
    )
    assert len(rows) == 15  # the start, and the words of the text that stands there
    for row in rows:
        shares = browser.execute_script(
            "return [...arguments[0].querySelectorAll('td')].map((td) => +td.dataset.share)", row
        )
        assert sum(shares) == pytest.approx(1, abs=1e-9)
    box = widget.find_element(By.ID, "inside-text")
    box.clear()
    box.send_keys("Long ago a dragon")
    widget.find_element(By.CSS_SELECTOR, "[type=submit]").send_keys(Keys.ENTER)
    said = widget.find_element(By.ID, "inside-said")
    assert said.text == "The model does not know “dragon”. Its words are listed below."
    box.clear()
    box.send_keys("Long ago a fox named")
    widget.find_element(By.CSS_SELECTOR, "[type=submit]").send_keys(Keys.ENTER)
    words = widget.find_elements(By.CSS_SELECTOR, ".play-inside__word")
    assert len(words) == 6
    last = widget.find_elements(By.CSS_SELECTOR, "[data-layer='2'] td")[0]
    ids = STORIES.read("long ago a fox named")
    scores = torch.tensor(
        in_page(browser, "return Array.from(lm.run(arguments[0]).at(-1).logits)", ids)
    )
    assert int(str(last.get_attribute("data-token"))) == int(scores.argmax())


@pytest.mark.parametrize("frame", ["surprise-is-the-score", "sampling-beats-argmax",
                                   "simulator-not-simulacrum", "induction-heads"])  # fmt: skip
def test_a_frame_offers_its_widget_and_loads_the_model_only_when_asked(
    browser: webdriver.Chrome, site: Path, frame: str
) -> None:
    browser.get((site / f"frames/{frame}/index.html").as_uri())
    button = browser.find_element(By.CSS_SELECTOR, ".play__start")
    assert not browser.execute_script("return framesPlay.loaded || framesPlay.Llama")
    assert browser.find_element(By.CSS_SELECTOR, ".play__static").is_displayed()
    button.send_keys(Keys.ENTER)
    WebDriverWait(browser, 30).until(
        lambda _: browser.find_elements(By.CSS_SELECTOR, "[data-state=ready]")
    )
    assert browser.find_elements(By.CSS_SELECTOR, ".play__static") == []


def test_without_script_real_examples_stand_there(
    browser: webdriver.Chrome, site: Path, book: Storybook
) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(page(site))
        examples = browser.find_elements(By.CSS_SELECTOR, ".play__static")
        assert len(examples) == len(KINDS)
        assert all(one.is_displayed() for one in examples)
        story = " ".join(row["word"] for row in book.examples["game"][:-1])
        assert story in examples[0].text
        total = sum(row["best"] for row in book.examples["game"])
        assert f"{total:.2f}" in examples[0].text
        assert browser.find_elements(By.CSS_SELECTOR, ".play__start") == []
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_without_the_model_drawings_stand_there(browser: webdriver.Chrome, tmp_path: Path) -> None:
    bare = built(tmp_path, None)
    browser.get(page(bare))
    drawings = browser.find_elements(By.CSS_SELECTOR, ".play__drawing")
    assert [str(one.get_attribute("role")) for one in drawings] == ["img"] * len(KINDS)
    assert browser.find_elements(By.CSS_SELECTOR, ".play__start") == []
    assert not (bare / "assets/story-model.js").exists()


def test_a_model_that_cannot_be_loaded_leaves_the_example(
    browser: webdriver.Chrome, site: Path, tmp_path: Path
) -> None:
    damaged = shutil.copytree(site, tmp_path / "damaged")
    (damaged / "assets/story-model.js").unlink()
    browser.get((damaged / "frames/induction-heads/index.html").as_uri())
    browser.find_element(By.CSS_SELECTOR, ".play__start").send_keys(Keys.ENTER)
    WebDriverWait(browser, 30).until(
        lambda _: browser.find_elements(By.CSS_SELECTOR, "[data-state=failed]")
    )
    assert browser.find_element(By.CSS_SELECTOR, ".play__static").is_displayed()
    assert "this example stays" in browser.find_element(By.CSS_SELECTOR, ".play__note").text


@pytest.mark.parametrize("kind", KINDS)
def test_a_widget_fits_a_phone(browser: webdriver.Chrome, site: Path, kind: str) -> None:
    screen = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    widget = play(browser, kind, page(site))
    if kind == "game":
        widget.find_element(By.CSS_SELECTOR, "[type=submit]").send_keys(Keys.ENTER)
    if kind == "loom":
        widget.find_element(By.XPATH, ".//button[text()='Draw a sentence']").send_keys(Keys.ENTER)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390


class Strict(SimpleHTTPRequestHandler):
    """Serves a folder under the strictest policy that lets its own files run."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", "default-src 'self'")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


def test_widgets_run_under_a_strict_content_security_policy(
    browser: webdriver.Chrome, site: Path
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Strict, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            browser.get_log("browser")
            browser.get(f"http://127.0.0.1:{server.server_port}/play/index.html")
            for kind in KINDS:
                started(browser, kind)
            logged = [str(entry["message"]) for entry in browser.get_log("browser")]
            assert [
                line for line in logged if "/assets/play" in line or "story-model" in line
            ] == []
        finally:
            server.shutdown()
            thread.join()
