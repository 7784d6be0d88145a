"""Little pictures by their name: « :sourire: » as one says it here, « :smile: » as one says it elsewhere."""

import re
from typing import Final

SHORTCODES: Final[dict[str, str]] = {
    name: sign
    for sign, names in {
        "🙂": "sourire smile slightly_smiling_face",
        "😀": "grand_sourire grinning",
        "😄": "content happy",
        "😂": "rire joy lol",
        "😅": "gêne gene sweat_smile",
        "😉": "clin_d_oeil clin wink",
        "😊": "ravi blush",
        "😍": "adore heart_eyes",
        "🤩": "épaté epate star_struck",
        "😎": "cool sunglasses",
        "🤔": "réflexion reflexion thinking",
        "😐": "neutre neutral_face",
        "🙄": "ciel rolling_eyes",
        "😬": "grimace grimacing",
        "😴": "dodo sleeping",
        "😕": "perplexe confused",
        "🙁": "triste frowning",
        "😢": "larme cry",
        "😭": "pleurs sob",
        "😮": "surprise open_mouth",
        "😱": "cri scream",
        "😡": "colère colere rage",
        "🤯": "tête_explose tete_explose exploding_head",
        "🥳": "fête fete partying_face",
        "🤗": "câlin calin hugs",
        "🙏": "merci pray",
        "👍": "pouce oui +1 thumbsup",
        "👎": "pouce_bas non -1 thumbsdown",
        "👏": "bravo clap",
        "🙌": "hourra raised_hands",
        "👋": "coucou wave",
        "💪": "force muscle",
        "🤝": "accord handshake",
        "👀": "yeux eyes",
        "👉": "ici point_right",
        "✋": "main raised_hand",
        "🤞": "doigts_croisés doigts_croises crossed_fingers",
        "❤️": "cœur coeur heart",
        "💚": "cœur_vert coeur_vert green_heart",
        "🔥": "feu fire",
        "⭐": "étoile etoile star",
        "✨": "étincelles etincelles sparkles",
        "🎉": "confettis tada",
        "🎂": "gâteau gateau birthday",
        "🏆": "trophée trophee trophy",
        "🎯": "cible dart",
        "💡": "idée idee bulb",
        "✅": "fait white_check_mark",
        "❌": "croix x",
        "⚠️": "attention warning",
        "❓": "question",
        "❗": "exclamation",
        "📌": "punaise pushpin",
        "📎": "trombone paperclip",
        "📅": "agenda calendar",
        "📝": "note memo",
        "📷": "photo camera",
        "📍": "lieu round_pushpin",
        "🕐": "heure clock1",
        "☕": "café cafe coffee",
        "🍽️": "repas plate_with_cutlery",
        "🥖": "pain baguette_bread",
        "🚲": "vélo velo bike",
        "🚗": "voiture car",
        "🚆": "train",
        "🚌": "autocar bus",
        "🌱": "pousse seedling",
        "🌳": "arbre deciduous_tree",
        "🌍": "terre earth_africa",
        "☀️": "soleil sunny",
        "🌧️": "pluie cloud_with_rain",
        "🚀": "fusée fusee rocket",
    }.items()
    for name in names.split()
}

_CODE: Final = re.compile(r"(?<![\w/]):([+-]?\w{1,24}):(?!\w)")


def with_pictures(text: str) -> str:
    """The text with each name that is known replaced by its picture, and every other left as it was typed."""
    return _CODE.sub(lambda found: SHORTCODES.get(found[1].lower(), found[0]), text)
