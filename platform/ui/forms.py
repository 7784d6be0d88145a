"""How forms are drawn: one field, one template, so that labels, hints and errors are linked everywhere alike."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"
