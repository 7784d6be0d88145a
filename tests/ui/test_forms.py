import re
import uuid

import pytest
from django import forms
from django.template import Context, Template
from django.test.html import Element, parse_html

from accounts.models import User


class VisitForm(forms.Form):
    title = forms.CharField(label="Titre", help_text="En une ligne.")
    words = forms.CharField(label="Votre récit", widget=forms.Textarea, required=False)
    how = forms.ChoiceField(
        label="Comment venez-vous ?",
        choices=[("on_site", "Sur place"), ("remote", "À distance")],
        widget=forms.RadioSelect,
        help_text="Vous pourrez changer.",
    )
    agreed = forms.BooleanField(label="J’ai lu la charte")
    client_id = forms.UUIDField(widget=forms.HiddenInput)


def elements(root, tag: str) -> list[dict[str, str]]:
    """The attributes of every `tag` in parsed HTML, in order."""
    found = []
    for child in getattr(root, "children", []):
        if isinstance(child, Element):
            if child.name == tag:
                found.append(dict(child.attributes))
            found += elements(child, tag)
    return found


def ids(html: str) -> list[str]:
    return re.findall(r'id="([^"]+)"', html)


def test_every_control_has_its_label_its_hint_and_its_error_linked():
    html = str(VisitForm({"title": "", "how": "", "client_id": uuid.uuid4()}))
    page = parse_html(f"<div>{html}</div>")
    labels = {label.get("for") for label in elements(page, "label")}
    [title] = [field for field in elements(page, "input") if field["name"] == "title"]
    assert title["aria-invalid"] == "true"
    assert title["aria-describedby"].split() == ["id_title_helptext", "id_title_error"]
    assert {"id_title", "id_words", "id_agreed", "id_how_0", "id_how_1"} <= labels
    # What is pointed at exists, once.
    for pointed in ["id_title_helptext", "id_title_error", "id_how_helptext", "id_how_error", "id_agreed_error"]:
        assert ids(html).count(pointed) == 1
    assert html.count("Ce champ est obligatoire.") == 3


def test_a_choice_is_a_group_with_a_legend():
    html = str(VisitForm())
    [group] = elements(parse_html(f"<div>{html}</div>"), "fieldset")
    assert group["aria-describedby"] == "id_how_helptext"
    assert "<legend>Comment venez-vous ?</legend>" in html


def test_without_errors_nothing_is_announced_as_wrong():
    html = str(VisitForm())
    assert "aria-invalid" not in html
    assert "_error" not in html
    assert 'role="alert"' not in html


def test_only_what_may_be_left_empty_is_marked():
    html = str(VisitForm())
    assert html.count("facultatif") == 1


def test_an_error_of_the_whole_form_is_announced():
    form = VisitForm({"title": "Halle"})
    form.add_error(None, "La séance <est> close.")
    assert 'role="alert"' in str(form)
    assert "La séance &lt;est&gt; close." in str(form)


def test_what_was_typed_comes_back_escaped():
    html = str(VisitForm({"title": "", "words": "<script>alert(1)</script>"}))
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>" not in html


def test_the_field_tag_draws_one_field():
    html = Template("{% field form.title %}").render(Context({"form": VisitForm()}))
    assert 'for="id_title"' in html
    assert "Votre récit" not in html


def test_a_client_id_is_new_each_time_unless_given():
    template = Template("{% client_id %}")
    first, second = template.render(Context()), template.render(Context())
    assert first != second
    given = uuid.uuid4()
    assert str(given) in Template("{% client_id given %}").render(Context({"given": given}))


def test_an_icon_is_silent_unless_it_speaks():
    assert 'aria-hidden="true"' in Template('{% icon "calendar" %}').render(Context())
    speaking = Template('{% icon "x" label=words %}').render(Context({"words": 'Fermer "tout"'}))
    assert 'role="img" aria-label="Fermer &quot;tout&quot;"' in speaking
    assert "aria-hidden" not in speaking


def test_an_unknown_icon_is_an_error():
    with pytest.raises(Exception, match="No icon is named “unicorn”"):
        Template('{% icon "unicorn" %}').render(Context())


def test_an_avatar_shows_initials_in_a_lasting_colour():
    person = User(display_name="<Ana> Ézéchiel")
    template = Template("{% avatar person %}")
    html = template.render(Context({"person": person}))
    assert html == template.render(Context({"person": person}))
    assert "aria-hidden" in html
    assert "<Ana>" not in html


def test_a_block_can_be_read_as_a_variable():
    template = Template("{% capture section %}  paths {% endcapture %}[{{ section }}]")
    assert template.render(Context()) == "[paths]"
