import re
from types import SimpleNamespace

import pytest
from django.template import Context, Template

from ui import relief

STOP = re.compile(r'<circle class="stop (past|here|ahead)" cx="(\d+)" cy="(\d+)"')


def drawn(states):
    html = Template("{% path_relief months %}").render(
        Context({"months": [SimpleNamespace(state=state) for state in states]})
    )
    return html, [(state, int(x), int(y)) for state, x, y in STOP.findall(html)]


@pytest.mark.parametrize("months", [1, 2, 9, 10, 12])
def test_a_path_has_one_stop_a_month_from_left_to_right(months):
    states = ["past"] * (months // 2) + ["here"] + ["ahead"] * (months - months // 2 - 1)
    html, stops = drawn(states)
    assert [state for state, _, _ in stops] == states
    xs = [x for _, x, _ in stops]
    assert xs == sorted(xs)
    assert 0 < xs[0] <= xs[-1] < relief.WIDTH
    assert all(0 < y < relief.HEIGHT for _, _, y in stops)
    assert html.count('class="flag"') == 1


def test_nine_months_pass_where_the_map_says():
    _, stops = drawn(["ahead"] * 9)
    assert [y for _, _, y in stops] == list(relief.HEIGHTS)


def test_the_way_already_walked_stops_at_the_flag():
    html, stops = drawn(["past", "past", "here", "ahead"])
    walked = re.search(r'class="walked" d="([^"]+)"', html)[1]
    assert walked.endswith(f"{stops[2][1]} {stops[2][2]}")


def test_a_path_not_begun_has_no_flag_and_a_finished_one_is_walked_to_its_end():
    html, _ = drawn(["ahead"] * 3)
    assert "flag" not in html
    assert "walked" not in html
    html, _ = drawn(["past"] * 3)
    whole, walked = re.search(r'class="way" d="([^"]+)"', html)[1], re.search(r'class="walked" d="([^"]+)"', html)[1]
    assert walked == whole


def test_drawings_are_decoration_and_carry_no_style():
    html, _ = drawn(["past", "here"])
    for drawing in (html, relief.contours(), relief.step(0.4), relief.LOGO):
        assert 'aria-hidden="true"' in drawing
        assert "style=" not in drawing
        assert "nan" not in drawing


def test_no_months_is_no_drawing():
    assert drawn([])[0] == ""


@pytest.mark.parametrize("progress", [-1, 0, 0.5, 1, 7])
def test_a_step_is_never_walked_beyond_its_ends(progress):
    x = int(re.search(r'class="walker" cx="(\d+)"', relief.step(progress))[1])
    assert 0 <= x <= 600
