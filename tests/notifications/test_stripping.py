"""What is kept of a mail: its writer's own words, all of them."""

import time
from email import message_from_string, policy

import pytest

from notifications.incoming import reading
from notifications.incoming.flattening import as_text
from notifications.incoming.stripping import own_words

NB = "\u00a0"

MAILS = {
    "gmail, in French": (
        f"Oui, mardi me va.\n\nLe lun. 23 nov. 2026 à 10:12, Entre pairs <a@exemple.fr> a écrit{NB}:\n\n"
        "> Nadia vous a nommé·e\n> Venez mardi ?\n",
        "Oui, mardi me va.",
    ),
    "gmail, the announcement on two lines": (
        "D’accord.\n\nLe lun. 23 nov. 2026 à 10:12, Entre pairs <reponse+abc@exemple.fr> a"
        "\nécrit :\n\n> Venez mardi ?\n",
        "D’accord.",
    ),
    "gmail, in English": (
        "Yes.\n\nOn Mon, Nov 23, 2026 at 10:12 AM Entre pairs <a@exemple.fr>\nwrote:\n\n> Tuesday?\n",
        "Yes.",
    ),
    "outlook, in French": (
        "Je viendrai avec Paul.\n\n________________________________\nDe : Entre pairs <a@exemple.fr>\n"
        "Envoyé : lundi 23 novembre 2026 10:12\nÀ : Nadia <nadia@exemple.fr>\nObjet : Vous êtes nommée"
        "\n\nVenez mardi ?\n",
        "Je viendrai avec Paul.",
    ),
    "outlook, in bold": (
        "Très bien\n\n*De :* Entre pairs <a@exemple.fr>\n*Envoyé :* lundi 23 novembre 2026 10:12\n*À :* Nadia"
        "\n\nVenez ?",
        "Très bien",
    ),
    "outlook, in English, old": (
        "Fine.\n\n-----Original Message-----\nFrom: Entre pairs\nSent: Monday\nTo: Nadia\n\nTuesday?",
        "Fine.",
    ),
    "thunderbird, with a signature": (
        "Merci à vous deux.\n\n-- \nNadia Ferrand\nVille de Saint-Étienne\n\n"
        "Le 23/11/2026 à 10:12, Entre pairs a écrit :\n> Venez ?",
        "Merci à vous deux.",
    ),
    "thunderbird, answering below": (
        "Le 23/11/2026 à 10:12, Entre pairs a écrit :\n> Venez mardi ?\n\nOui.\n\n> Avec Paul ?\n\nNon, seule.\n",
        "Oui.\n\nNon, seule.",
    ),
    "a telephone": (
        "Ok pour moi\n\nEnvoyé de mon iPhone\n\n> Le 23 nov. 2026 à 10:12, X a écrit :\n> \n> Venez ?",
        "Ok pour moi",
    ),
    "another telephone": ("Ok\n\nEnvoyé depuis mon téléphone Orange\n", "Ok"),
    "outlook on a telephone": ("Ça marche\n\nTélécharger Outlook pour Android<https://aka.ms/x>\n", "Ça marche"),
    "orange webmail": (
        'Bonjour,\nvu.\n\n\n> Message du 23/11/26 10:12\n> De : "Entre pairs" <a@exemple.fr>'
        "\n> A : nadia@exemple.fr\n> Venez ?",
        "Bonjour,\nvu.",
    ),
    "a forwarded one": ("Pour info\n\n---------- Forwarded message ---------\nDe : Paul\n\nTexte", "Pour info"),
    "apple mail": (
        f"Parfait.\n\n> Le 23 nov. 2026 à 10:12, Entre pairs <a@exemple.fr> a écrit{NB}:\n> \n> Venez mardi ?\n",
        "Parfait.",
    ),
}


@pytest.mark.parametrize(("mail", "words"), MAILS.values(), ids=MAILS.keys())
def test_what_is_answered_and_signatures_are_left_out(mail, words):
    assert own_words(mail) == words
    assert own_words(mail.replace("\n", "\r\n")) == words


@pytest.mark.parametrize(
    "words",
    [
        "- un\n- deux\n\n1. trois",
        "Le maire a écrit : il viendra.\n\nBonne journée\net merci",
        "De : la part de tous\nMerci.",
        "Envoyé de Lyon ce matin, le dossier.\n\na\n\nb\n\nc\n\nd\n\ne\n\nf",
        "Cordialement,\nNadia",
        "Je cite -- pour une fois -- Paul.",
    ],
)
def test_what_only_looks_like_a_quotation_is_kept(words):
    assert own_words(words) == words


def test_lines_broken_at_a_margin_are_whole_again_and_others_stay():
    broken = (
        "Nous avons relu la délibération de la semaine passée avec les services et le\nprojet tient la route.\n"
        "Court.\nCourt aussi.\n"
    )
    assert own_words(broken) == (
        "Nous avons relu la délibération de la semaine passée avec les services et le projet tient la route.\n"
        "Court.\nCourt aussi."
    )


def test_a_hostile_mail_is_read_in_a_moment():
    for text in ("Le 1" * 60_000, "Le 1 a écrit :\n> a\n" * 9_000, "> " * 100_000, "De : a\n" * 30_000, "-" * 200_000):
        own_words(text)


def mail(headers, body):
    return message_from_string(headers + "\n\n" + body, policy=policy.compat32)


def test_flowing_lines_are_joined():
    flowing = mail(
        "Content-Type: text/plain; charset=utf-8; format=flowed",
        "Une phrase \nqui continue.\nUne autre.\n\n-- \nNadia\n",
    )
    assert reading.words(flowing) == "Une phrase qui continue.\nUne autre."


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (
            '<div dir="ltr">Oui, <b>mardi</b>.<div>Merci</div></div><br><div class="gmail_quote">'
            '<div class="gmail_attr">'
            "Le lun. 23 nov. 2026, X a écrit :</div><blockquote>Venez ?</blockquote></div>",
            "Oui, mardi.\nMerci",
        ),
        (
            '<p>Je viendrai.</p><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">'
            "<b>De :</b> X</div><div>Venez ?</div>",
            "Je viendrai.",
        ),
        (
            "<html><head><style>p{color:red}</style><title>t</title></head><body><p>Un</p><ul><li>deux<li>trois</ul>"
            "<script>alert(1)</script><p>De : X</p><p>Envoyé : lundi</p><p>À : Nadia</p><p>Venez ?</p></body></html>",
            "Un\n\n- deux\n- trois",
        ),
        ("<p>Vu&nbsp;&amp; compris &lt;3</p><div class=moz-signature>-- <br>Nadia</div>", "Vu & compris <3"),
    ],
    ids=["gmail", "outlook on the web", "word", "thunderbird"],
)
def test_a_mail_that_is_only_a_page_is_read_too(page, words):
    assert reading.words(mail("Content-Type: text/html; charset=utf-8", page)) == words


def test_a_page_of_a_thousand_levels_is_read():
    assert "Bonjour" in as_text("<div>" * 3000 + "Bonjour")


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; owner-email=x",
        "Precedence: bulk",
        "X-Auto-Response-Suppress: All",
        "Return-Path: <>",
        "From: Mail Delivery Subsystem <MAILER-DAEMON@exemple.fr>",
        "List-Id: <liste.exemple.fr>",
        "Subject: =?utf-8?q?R=C3=A9ponse_automatique_=3A_absence?=",
        "Content-Type: multipart/report; report-type=delivery-status",
    ],
)
def test_what_a_machine_wrote_is_known(headers):
    assert reading.is_automatic(mail(headers, ""))


def test_what_a_person_wrote_is_not_taken_for_a_machine():
    written = (
        "From: Nadia <nadia@exemple.fr>\nReturn-Path: <nadia@exemple.fr>\nAuto-Submitted: no\nSubject: Re: Absence"
    )
    assert not reading.is_automatic(mail(written, ""))


def test_a_mail_without_an_id_is_known_by_what_it_says():
    same = "From: nadia@exemple.fr\nDate: Mon, 23 Nov 2026 10:12:00 +0100"
    assert reading.id_of(mail(same, "Oui")) == reading.id_of(mail(same, "Oui"))
    assert reading.id_of(mail(same, "Oui")) != reading.id_of(mail(same, "Non"))


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Type: text/plain; charset=undefined",
        "Content-Type: text/plain; charset=punycode",
        "Content-Type: text/plain; charset=rot13",
        "Content-Type: text/plain; format*=utf-8''flowed",
        "Content-Type: text/plain; name*=undefined''a%FF",
    ],
)
def test_what_a_mail_says_of_itself_stops_nothing(headers):
    mail = message_from_string(f"{headers}\nContent-Transfer-Encoding: 8bit\n\nOui, mardi.", policy=policy.compat32)
    assert reading.words(mail) == "Oui, mardi."
    reading.files(mail)


def test_a_mail_made_to_be_long_to_read_is_not():
    begun = time.process_time()
    own_words("\n".join(["le " + "1" * 128] * 1500))
    assert time.process_time() - begun < 0.5
